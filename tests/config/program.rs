//! The program itself: exit codes, and what goes to which output.

use std::process::{Command, Output};

use crate::{KEY, folder};

/// Runs the program in an environment that has nothing but `environment`.
fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kentongan"))
        .args(arguments)
        .current_dir(folder())
        .env_clear()
        .envs(environment.iter().copied())
        .output()
        .unwrap()
}

fn check(arguments: &[&str], environment: &[(&str, &str)], code: i32) -> (String, String) {
    let output = run(arguments, environment);
    let stdout = String::from_utf8(output.stdout).unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{stdout}{stderr}");
    (stdout, stderr)
}

#[test]
fn a_good_file_shows_what_it_changes() {
    let environment = [("KENTONGAN__PRIVACY__ACCOUNT_KEY", KEY)];
    let arguments = [
        "check-config",
        "good.toml",
        "--set",
        "detect.minimum_posts=5",
    ];
    let (stdout, stderr) = check(&arguments, &environment, 0);
    assert_eq!(stderr, "");
    insta::assert_snapshot!("check-config-good", stdout);
}

#[test]
fn a_bad_file_ends_with_2_and_all_mistakes() {
    let (stdout, stderr) = check(&["check-config", "bad-many.toml"], &[], 2);
    assert_eq!(stdout, "");
    insta::assert_snapshot!("check-config-many", stderr);
}

#[test]
fn a_key_file_that_is_missing_is_a_mistake_too() {
    let arguments = [
        "check-config",
        "good.toml",
        "--set",
        "privacy.account_key_file=none.key",
    ];
    let (_, stderr) = check(&arguments, &[], 2);
    assert!(
        stderr.starts_with("kentongan: privacy.account_key_file: reading none.key\n  "),
        "{stderr}"
    );
}

#[test]
fn wrong_use_ends_with_2() {
    for arguments in [
        &["no-such-command"][..],
        &[],
        &["check-config"],
        &["--log", "xml", "check-config", "good.toml"],
        &["check-config", "no-such-file.toml"],
    ] {
        let (stdout, stderr) = check(arguments, &[], 2);
        assert_eq!(stdout, "", "{arguments:?}");
        assert_ne!(stderr, "", "{arguments:?}");
    }
    let (_, stderr) = check(&["completions", "bash"], &[("RUST_LOG", "a=b=c")], 2);
    assert!(stderr.contains("RUST_LOG"), "{stderr}");
}

#[test]
fn help_and_completions_need_no_configuration() {
    let broken = [("KENTONGAN__NO_SUCH_KEY", "1")];
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["check-config", "--help"],
        &["completions", "zsh"],
        &[
            "completions",
            "fish",
            "--config",
            "bad-many.toml",
            "--quiet",
        ],
    ] {
        let (stdout, stderr) = check(arguments, &broken, 0);
        assert_ne!(stdout, "", "{arguments:?}");
        assert_eq!(stderr, "", "{arguments:?}");
    }
}
