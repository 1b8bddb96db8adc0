//! Carries what one channel has to send, until no more alerts come.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::Receiver;
use tracing::{debug, warn};

use super::{Answer, Channel, Request, Sender};
use crate::alert::Alert;
use crate::metrics::{DeliveryResult, Limit, Metrics};
use crate::post::EventTime;

/// Runs one channel until `alerts` is closed and nothing is due any more. Alerts are taken in while a
/// request is under way, so a slow address does not fill the queue. The caller spawns one of these for
/// each channel and sets the deadline of the last deliveries.
pub async fn deliver(
    mut channel: Box<dyn Channel>,
    sender: Sender,
    mut alerts: Receiver<Arc<Alert>>,
    metrics: Metrics,
    clock: impl Fn() -> EventTime + Send,
) {
    let mut open = true;
    loop {
        let dropped = channel.take_dropped();
        metrics.count_limit(Limit::NotifyQueue, dropped);
        metrics.count_deliveries(channel.name(), DeliveryResult::Dropped, dropped);
        if let Some(request) = channel.due(clock()) {
            let mut answer = std::pin::pin!(sender.send(&request));
            let answer = loop {
                tokio::select! {
                    answer = &mut answer => break answer,
                    alert = alerts.recv(), if open => open = take(channel.as_mut(), alert, clock()),
                }
            };
            report(channel.name(), &request, &answer, &metrics);
            channel.answered(&answer, clock());
        } else if open {
            let wait = wait_ms(channel.as_ref(), clock());
            tokio::select! {
                alert = alerts.recv() => open = take(channel.as_mut(), alert, clock()),
                () = tokio::time::sleep(Duration::from_millis(wait)) => {}
            }
        } else {
            return;
        }
    }
}

/// Whether more alerts can come.
fn take(channel: &mut dyn Channel, alert: Option<Arc<Alert>>, now: EventTime) -> bool {
    let Some(alert) = alert else { return false };
    channel.apply(&alert, now);
    true
}

/// At least a little, so that a clock that stands still does not spin; at most a minute.
fn wait_ms(channel: &dyn Channel, now: EventTime) -> u64 {
    let wait = channel
        .next_due()
        .map_or(60_000, |due| due.millis_since(now));
    u64::try_from(wait.clamp(10, 60_000)).unwrap_or(60_000)
}

fn report(channel: &'static str, request: &Request, answer: &Answer, metrics: &Metrics) {
    let endpoint = &request.endpoint;
    let result = match answer {
        Answer::Accepted => {
            debug!(channel, %endpoint, "delivered");
            DeliveryResult::Delivered
        }
        Answer::Refused { status } => {
            warn!(channel, %endpoint, status, "delivery refused, not tried again");
            DeliveryResult::Refused
        }
        Answer::Later { detail, .. } => {
            warn!(channel, %endpoint, detail, "delivery failed, will be tried again");
            DeliveryResult::Retried
        }
    };
    metrics.count_deliveries(channel, result, 1);
}
