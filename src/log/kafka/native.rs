//! librdkafka's event queue, read directly: `unsafe` is here and in `identity` alone.
//!
//! In: a consumer. Out: what its queue holds, one event at a time, borrowed from the client.
//! Why not the safe interface: it tells the end of a partition without the Kafka topic's name and
//! without the offset, so a stage that reads two feeds cannot know which one is quiet, and after a
//! transaction's marker cannot know up to where it has read.
//! Not here: what an event means (`reader`).

#![expect(
    unsafe_code,
    reason = "the safe interface hides whose partition ended, and where"
)]

use std::ffi::{CStr, CString, c_char, c_void};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};
use std::slice;
use std::time::Duration;

use rdkafka::TopicPartitionList;
use rdkafka::bindings;
use rdkafka::client::{Client, ClientContext};
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::types::RDKafkaErrorCode;

use crate::log::{Partition, Record};
use crate::post::EventTime;

/// What one event of the queue says.
pub(super) enum Happening<'e> {
    /// A record.
    Record(Message<'e>),
    /// A partition was read up to `offset`.
    AtEnd {
        name: String,
        number: i32,
        offset: i64,
    },
    /// The group gives these partitions: all that this member has, or more of them. Needs an answer.
    Assign(Vec<(String, i32)>),
    /// The group takes these partitions back. Needs an answer.
    Revoke(Vec<(String, i32)>),
    /// Something does not work.
    Trouble {
        code: RDKafkaErrorCode,
        text: String,
    },
    /// A line for the log of the program; a lower level (syslog's) is more urgent.
    Line { level: i32, text: String },
    /// Nothing of interest.
    Other,
}

/// A record, as the client gives it.
pub(super) struct Message<'e> {
    pub(super) name: &'e str,
    pub(super) number: i32,
    pub(super) offset: i64,
    /// Milliseconds since the epoch; `None` where the record carries no time.
    pub(super) timestamp: Option<i64>,
    pub(super) key: Option<&'e [u8]>,
    pub(super) value: Option<&'e [u8]>,
    pub(super) headers: Vec<(String, Vec<u8>)>,
}

impl Message<'_> {
    /// The record, as one of `partition`; `None` for an offset that is no number of a record.
    pub(super) fn record<'m>(&'m self, partition: &'m Partition) -> Option<Record<'m>> {
        Some(Record {
            partition,
            offset: u64::try_from(self.offset).ok()?,
            arrived_at: self
                .timestamp
                .map_or(EventTime::MIN, EventTime::from_millis),
            key: self.key,
            value: self.value,
            headers: &self.headers,
        })
    }
}

/// A consumer's queue; it must not outlive the consumer.
pub(super) struct EventQueue<'c> {
    queue: NonNull<bindings::rd_kafka_queue_t>,
    consumer: PhantomData<&'c ()>,
}

impl<'c> EventQueue<'c> {
    /// The queue of `consumer`; `None` when the consumer has no group.
    pub(super) fn of<C: ConsumerContext>(consumer: &'c BaseConsumer<C>) -> Option<Self> {
        // SAFETY: the client lives as long as `consumer` is borrowed; the call adds a reference to
        // the queue, which `drop` gives back.
        let queue =
            unsafe { bindings::rd_kafka_queue_get_consumer(consumer.client().native_ptr()) };
        NonNull::new(queue).map(|queue| Self {
            queue,
            consumer: PhantomData,
        })
    }

    /// The next event, waiting at most `wait`.
    pub(super) fn next(&mut self, wait: Duration) -> Option<QueueEvent<'c>> {
        let wait_ms = i32::try_from(wait.as_millis()).unwrap_or(i32::MAX);
        // SAFETY: the queue is alive; the event is ours until `drop` gives it back.
        let event = unsafe { bindings::rd_kafka_queue_poll(self.queue.as_ptr(), wait_ms) };
        NonNull::new(event).map(|event| QueueEvent {
            event,
            consumer: PhantomData,
        })
    }
}

impl Drop for EventQueue<'_> {
    fn drop(&mut self) {
        // SAFETY: gives back the reference of `of`.
        unsafe { bindings::rd_kafka_queue_destroy(self.queue.as_ptr()) }
    }
}

/// One event. Everything read from it lives as long as it does.
pub(super) struct QueueEvent<'c> {
    event: NonNull<bindings::rd_kafka_event_t>,
    consumer: PhantomData<&'c ()>,
}

impl QueueEvent<'_> {
    /// What it says. To be called once: a record is handed out once.
    pub(super) fn read(&mut self) -> Happening<'_> {
        let event = self.event.as_ptr();
        // SAFETY: `event` is alive for the life of `self`, and each accessor is called for the
        // type of event that it belongs to.
        unsafe {
            match bindings::rd_kafka_event_type(event) {
                bindings::RD_KAFKA_EVENT_FETCH => read_message(event),
                bindings::RD_KAFKA_EVENT_ERROR => read_error(event),
                bindings::RD_KAFKA_EVENT_REBALANCE => read_rebalance(event),
                bindings::RD_KAFKA_EVENT_LOG => read_line(event),
                _ => Happening::Other,
            }
        }
    }
}

impl Drop for QueueEvent<'_> {
    fn drop(&mut self) {
        // SAFETY: the event is ours and nothing borrows from it any more.
        unsafe { bindings::rd_kafka_event_destroy(self.event.as_ptr()) }
    }
}

/// The newest high watermark that fetching brought along: no request, possibly a little old.
pub(super) fn high_watermark<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    name: &str,
    number: i32,
) -> Option<i64> {
    let name = CString::new(name).ok()?;
    let (mut low, mut high) = (0, 0);
    // SAFETY: the client is alive, the name ends with a zero byte, both numbers outlive the call.
    let result = unsafe {
        bindings::rd_kafka_get_watermark_offsets(
            consumer.client().native_ptr(),
            name.as_ptr(),
            number,
            &raw mut low,
            &raw mut high,
        )
    };
    (result == bindings::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0)
        .then_some(high)
}

/// Commits `offsets` and waits at most `wait` for the answer; `None`: there was none. The safe
/// interface waits for ever when the coordinator goes away at the wrong moment.
pub(super) fn commit<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    offsets: &TopicPartitionList,
    wait: Duration,
) -> Option<RDKafkaErrorCode> {
    let client = consumer.client().native_ptr();
    // SAFETY: the client is alive; the queue is new and given back by `drop`, which also discards
    // an answer that comes later; the client copies the offsets.
    let (mut answers, asked) = unsafe {
        let queue = NonNull::new(bindings::rd_kafka_queue_new(client))?;
        let asked = bindings::rd_kafka_commit_queue(
            client,
            offsets.ptr(),
            queue.as_ptr(),
            None,
            ptr::null_mut(),
        );
        let consumer = PhantomData;
        (EventQueue { queue, consumer }, asked)
    };
    if asked != bindings::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
        return Some(asked.into());
    }
    let answer = answers.next(wait)?;
    // SAFETY: the event is alive.
    Some(unsafe { bindings::rd_kafka_event_error(answer.event.as_ptr()) }.into())
}

/// Lets groups of the mock cluster inside `host` form at once, not after three seconds. Does
/// nothing for a client without a mock cluster.
pub(super) fn form_groups_at_once<C: ClientContext>(host: &Client<C>) {
    // SAFETY: the client is alive and owns the mock cluster that the first call finds.
    unsafe {
        let cluster = bindings::rd_kafka_handle_mock_cluster(host.native_ptr());
        if !cluster.is_null() {
            bindings::rd_kafka_mock_group_initial_rebalance_delay_ms(cluster, 0);
        }
    }
}

/// SAFETY: `event` is a live event of type FETCH, and `'e` is not longer than its life.
unsafe fn read_message<'e>(event: *mut bindings::rd_kafka_event_t) -> Happening<'e> {
    // SAFETY: by the function's own condition; the message and what it points to live as long as
    // the event.
    unsafe {
        let Some(message) = bindings::rd_kafka_event_message_next(event).as_ref() else {
            return Happening::Other;
        };
        let mut kind = bindings::rd_kafka_timestamp_type_t::RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
        let timestamp = bindings::rd_kafka_message_timestamp(message, &raw mut kind);
        Happening::Record(Message {
            name: text(bindings::rd_kafka_topic_name(message.rkt)),
            number: message.partition,
            offset: message.offset,
            timestamp: (timestamp >= 0).then_some(timestamp),
            key: bytes(message.key, message.key_len),
            value: bytes(message.payload, message.len),
            headers: read_headers(message),
        })
    }
}

/// SAFETY: `message` is alive.
unsafe fn read_headers(message: &bindings::rd_kafka_message_t) -> Vec<(String, Vec<u8>)> {
    let mut headers = Vec::new();
    let mut native = ptr::null_mut();
    let (mut name, mut value, mut size) = (ptr::null(), ptr::null(), 0);
    let found = bindings::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR;
    // SAFETY: the headers belong to the message; the accessor says when there is no further one.
    unsafe {
        if bindings::rd_kafka_message_headers(message, &raw mut native) != found {
            return headers;
        }
        while bindings::rd_kafka_header_get_all(
            native,
            headers.len(),
            &raw mut name,
            &raw mut value,
            &raw mut size,
        ) == found
        {
            let value = bytes(value, size).unwrap_or_default();
            headers.push((text(name).to_owned(), value.to_owned()));
        }
    }
    headers
}

/// SAFETY: `event` is a live event of type ERROR.
unsafe fn read_error<'e>(event: *mut bindings::rd_kafka_event_t) -> Happening<'e> {
    // SAFETY: by the function's own condition. The partition is a copy, given back after use.
    unsafe {
        let code = bindings::rd_kafka_event_error(event);
        if code != bindings::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR__PARTITION_EOF {
            return Happening::Trouble {
                code: code.into(),
                text: text(bindings::rd_kafka_event_error_string(event)).to_owned(),
            };
        }
        let Some(place) = bindings::rd_kafka_event_topic_partition(event).as_mut() else {
            return Happening::Other;
        };
        let end = Happening::AtEnd {
            name: text(place.topic).to_owned(),
            number: place.partition,
            offset: place.offset,
        };
        bindings::rd_kafka_topic_partition_destroy(place);
        end
    }
}

/// SAFETY: `event` is a live event of type REBALANCE.
unsafe fn read_rebalance<'e>(event: *mut bindings::rd_kafka_event_t) -> Happening<'e> {
    // SAFETY: by the function's own condition; the list belongs to the event.
    unsafe {
        let code = bindings::rd_kafka_event_error(event);
        let list = bindings::rd_kafka_event_topic_partition_list(event);
        let given = list.as_ref().filter(|list| !list.elems.is_null());
        let places = given.map_or(&[][..], |list| {
            slice::from_raw_parts(list.elems, usize::try_from(list.cnt).unwrap_or(0))
        });
        let places = places
            .iter()
            .map(|place| (text(place.topic).to_owned(), place.partition))
            .collect();
        if code == bindings::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            Happening::Assign(places)
        } else {
            Happening::Revoke(places)
        }
    }
}

/// SAFETY: `event` is a live event of type LOG.
unsafe fn read_line<'e>(event: *mut bindings::rd_kafka_event_t) -> Happening<'e> {
    let (mut facility, mut line, mut level) = (ptr::null(), ptr::null(), 0);
    // SAFETY: by the function's own condition; the texts live as long as the event.
    unsafe {
        let (facility, line, level) = (&raw mut facility, &raw mut line, &raw mut level);
        if bindings::rd_kafka_event_log(event, facility, line, level) != 0 {
            return Happening::Other;
        }
    }
    // SAFETY: the call above has set both.
    let text = unsafe { format!("{}: {}", text(facility), text(line)) };
    Happening::Line { level, text }
}

/// A text of the client; what is not UTF-8 becomes empty.
///
/// SAFETY: `text` is null, or ends with a zero byte and lives as long as `'e`.
unsafe fn text<'e>(text: *const c_char) -> &'e str {
    if text.is_null() {
        return "";
    }
    // SAFETY: by the function's own condition.
    unsafe { CStr::from_ptr(text) }.to_str().unwrap_or("")
}

/// Bytes of the client; null is not the same as none.
///
/// SAFETY: `start` is null, or points to `length` bytes that live as long as `'e`.
unsafe fn bytes<'e>(start: *const c_void, length: usize) -> Option<&'e [u8]> {
    if start.is_null() {
        return None;
    }
    // SAFETY: by the function's own condition.
    Some(unsafe { slice::from_raw_parts(start.cast(), length) })
}
