//! How surprising closed windows were: what the promise of detection can be checked by.
//!
//! In: panes of topics as they close. Out: how many reached which surprise, and how many their threshold.
//! Rule: cumulative; a pane counts once, by the most surprising of the windows that end with it.
//! Not here: what a window is judged by (`detect`).

use crate::detect::ClosedPane;
use crate::metrics::Reached;

/// Panes by what they reached, in the order of [`Reached::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Calibration([u64; Reached::ALL.len()]);

impl Calibration {
    /// Counts a pane that has closed.
    pub(super) fn note(&mut self, pane: &ClosedPane<'_>) {
        let surprise = pane.judged.map_or(0.0, |judged| judged.surprise);
        for (reached, count) in Reached::ALL.into_iter().zip(&mut self.0) {
            let has = reached
                .surprise()
                .map_or(pane.is_spike, |least| surprise >= least);
            *count += u64::from(has);
        }
    }

    /// What was reached, and by how many.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Reached, u64)> {
        Reached::ALL.into_iter().zip(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Judged;
    use crate::post::{FeedKind, TopicKey};
    use crate::window::{Pane, Scale};

    #[test]
    fn a_pane_counts_for_everything_up_to_what_it_reached() {
        let topic = TopicKey::new("tag:gempa");
        let mut calibration = Calibration::default();
        for (surprise, is_spike) in [(None, false), (Some(4.5), false), (Some(9.0), true)] {
            calibration.note(&ClosedPane {
                topic: &topic,
                kind: FeedKind::Social,
                pane: Pane(1),
                posts: 4,
                windows: [4; 3],
                is_spike,
                judged: surprise.map(|surprise| Judged {
                    scale: Scale::OneMinute,
                    surprise,
                    threshold: 5.0,
                }),
            });
        }
        let counts: Vec<(&str, u64)> = calibration
            .iter()
            .map(|(reached, count)| (reached.as_str(), count))
            .collect();
        let expected = [
            ("0", 3),
            ("3", 2),
            ("4", 2),
            ("6", 1),
            ("8", 1),
            ("12", 0),
            ("16", 0),
            ("threshold", 1),
        ];
        assert_eq!(counts, expected);
    }
}
