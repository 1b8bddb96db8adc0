//! Simulated faults: members that crash, lose their partitions, or get no answer to a commit, over
//! the log in memory. Whatever happens, the outputs are those of a fold of the logs, the ledger adds
//! up, and what is counted is what an undisturbed run counts.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests: a failure is a panic"
)]

mod faulty;
mod member;
mod proofs;
mod world;

use proptest::prelude::*;

use faulty::Fault;
use world::{Action, Group, World};

fn group() -> impl Strategy<Value = Group> {
    prop::sample::select(Group::ALL.to_vec())
}

fn action() -> impl Strategy<Value = Action> {
    let fault = prop_oneof![
        Just(Fault::Refused),
        (0_u8..3).prop_map(|asks| Fault::HeldUnanswered { asks }),
        (0_u8..3).prop_map(|asks| Fault::DroppedUnanswered { asks }),
        Just(Fault::SeekFails),
    ];
    let member = 0..world::MEMBERS;
    prop_oneof![
        6 => (1_u8..8, any::<u32>()).prop_map(|(count, dice)| Action::Post { count, dice }),
        3 => any::<u32>().prop_map(|dice| Action::Act { dice }),
        12 => (member.clone(), group()).prop_map(|(member, group)| Action::Turn { member, group }),
        2 => (member.clone(), group(), fault)
            .prop_map(|(member, group, fault)| Action::Fault { member, group, fault }),
        1 => member.prop_map(|member| Action::Crash { member }),
        1 => (group(), any::<u32>(), any::<bool>())
            .prop_map(|(group, dice, polite)| Action::Reassign { group, dice, polite }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn faults_change_nothing_but_the_time_that_it_takes(
        actions in prop::collection::vec(action(), 1..160),
    ) {
        promises_hold(&actions);
    }
}

/// A member does not know how its commit ended, while its partition goes and comes back to it.
#[test]
fn a_partition_that_comes_back_is_taken_where_its_commit_left_it() {
    let turn = |member, group| Action::Turn { member, group };
    promises_hold(&[
        Action::Reassign {
            group: Group::Detect,
            dice: 29_874_881,
            polite: false,
        },
        turn(0, Group::Ingest),
        turn(0, Group::Ingest),
        Action::Fault {
            member: 2,
            group: Group::Detect,
            fault: Fault::DroppedUnanswered { asks: 2 },
        },
        turn(2, Group::Detect),
        turn(2, Group::Detect),
        Action::Reassign {
            group: Group::Detect,
            dice: 291_568_717,
            polite: true,
        },
        Action::Crash { member: 1 },
    ]);
}

/// It comes back while another member has read on: what the member had is of an earlier tenure.
#[test]
fn a_commit_of_an_earlier_tenure_is_refused() {
    let turn = |member| Action::Turn {
        member,
        group: Group::Ingest,
    };
    promises_hold(&[
        turn(0),
        Action::Fault {
            member: 0,
            group: Group::Ingest,
            fault: Fault::DroppedUnanswered { asks: 2 },
        },
        turn(0),
        Action::Reassign {
            group: Group::Ingest,
            dice: 1_149_595_999,
            polite: true,
        },
        Action::Crash { member: 1 },
        turn(2),
        Action::Post { count: 1, dice: 0 },
        turn(2),
        Action::Crash { member: 2 },
    ]);
}

fn promises_hold(actions: &[Action]) {
    let mut disturbed = World::new();
    let mut calm = World::new();
    for action in actions {
        disturbed.act(action);
        calm.act_calmly(action);
    }
    disturbed.settle();
    calm.settle();
    // P1: outputs are a fold of the committed logs.
    disturbed.check_refold();
    disturbed.check_living();
    // The ledger: every post once.
    let ledger = disturbed.check_ledger();
    assert_eq!(ledger, calm.check_ledger());
    assert_eq!(disturbed.dead_letters(), calm.dead_letters());
    // P2: what closed is what closed without faults.
    assert_eq!(disturbed.closed(), calm.closed());
}

/// A thousand, or as many as `PROPTEST_CASES` says.
fn cases() -> u32 {
    ProptestConfig::default().cases.max(1_000)
}
