//! How a command ends: what is said on standard error, and the exit code.
//!
//! In: the result of a command. Out: 0 done, 1 failed, 2 wrong use or configuration, 130 interrupted.
//! Rule: the cause in the chain of an error decides; no command picks a number.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::config::{Mistakes, SecretError};
use crate::service::lists::ListsError;

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, or nobody is left to read the output.
    Done,
    /// It could not do what was asked.
    Failed,
    /// It was asked in a wrong way: the line or the configuration must change.
    WrongUse,
    /// A person or a supervisor stopped it before it was done.
    Interrupted,
}

/// A command ends with this error when it was stopped before it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("interrupted")]
pub struct Interrupted;

/// A command ends with this error when its arguments do not go together in a way that only it can
/// see. The text says what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct WrongUse(pub String);

/// A command ends with this error when nobody reads its output any more (`| head`): no failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("nobody reads the output any more")]
pub struct OutputClosed;

/// The error of writing to standard output.
pub fn output_error(error: io::Error) -> anyhow::Error {
    if error.kind() == io::ErrorKind::BrokenPipe {
        anyhow::Error::new(OutputClosed)
    } else {
        anyhow::Error::new(error).context("writing to standard output")
    }
}

impl Exit {
    /// What `result` means: the outermost cause that says something about it decides.
    pub fn of(result: &anyhow::Result<()>) -> Self {
        match result {
            Ok(()) => Self::Done,
            Err(error) => error
                .chain()
                .find_map(Self::of_cause)
                .unwrap_or(Self::Failed),
        }
    }

    fn of_cause(cause: &(dyn std::error::Error + 'static)) -> Option<Self> {
        if cause.is::<OutputClosed>() {
            Some(Self::Done)
        } else if cause.is::<Interrupted>() {
            Some(Self::Interrupted)
        } else if cause.is::<Mistakes>()
            || cause.is::<SecretError>()
            || cause.is::<ListsError>()
            || cause.is::<WrongUse>()
        {
            Some(Self::WrongUse)
        } else {
            None
        }
    }

    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::WrongUse => 2,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Writes `error` and its causes, one a line, the way people read them: what was tried first.
pub(crate) fn explain(error: &anyhow::Error, output: &mut dyn Write) -> io::Result<()> {
    writeln!(output, "kentongan: {error}")?;
    for cause in error.chain().skip(1) {
        for line in cause.to_string().lines() {
            writeln!(output, "  {line}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    fn check(error: impl Into<anyhow::Error>, exit: Exit) {
        let error: anyhow::Error = error.into();
        assert_eq!(Exit::of(&Err(error.context("doing something"))), exit);
    }

    #[test]
    fn the_cause_decides_the_code() {
        check(io::Error::other("disk"), Exit::Failed);
        check(Interrupted, Exit::Interrupted);
        check(WrongUse("--a without --b".into()), Exit::WrongUse);
        check(output_error(io::ErrorKind::BrokenPipe.into()), Exit::Done);
        check(
            output_error(io::ErrorKind::StorageFull.into()),
            Exit::Failed,
        );
        // A pipe that breaks elsewhere, to a broker perhaps, is a failure like any other.
        check(io::Error::from(io::ErrorKind::BrokenPipe), Exit::Failed);
        assert_eq!(Exit::of(&Ok(())), Exit::Done);
    }

    #[test]
    fn an_error_is_explained_one_cause_a_line() {
        let error = Err::<(), _>(io::Error::other("no space"))
            .context("writing the file")
            .context("saving the state")
            .unwrap_err();
        let mut output = Vec::new();
        explain(&error, &mut output).unwrap();
        let text = String::from_utf8(output).unwrap();
        assert_eq!(
            text,
            "kentongan: saving the state\n  writing the file\n  no space\n"
        );
    }
}
