//! Telling a running client who it is, in librdkafka's own words: the safe interface has none for it.
//!
//! In: a client, a password or a token. Out: the client shows it from its next connection on.
//! Not here: where secrets come from (`credentials`).

#![expect(
    unsafe_code,
    reason = "the safe interface takes secrets at the start only"
)]

use std::ffi::{CStr, CString, c_char};
use std::ptr;

use rdkafka::bindings;
use rdkafka::client::{Client, ClientContext};

/// Gives the client another password, for its next connections.
pub(super) fn set_password<C: ClientContext>(
    client: &Client<C>,
    user: &str,
    password: &str,
) -> Result<(), String> {
    let texts = (CString::new(user), CString::new(password));
    let (Ok(user), Ok(password)) = texts else {
        return Err("a user or a password has a NUL character".to_owned());
    };
    // SAFETY: the client is alive and copies both texts; the error is ours to destroy, once.
    unsafe {
        let error = bindings::rd_kafka_sasl_set_credentials(
            client.native_ptr(),
            user.as_ptr(),
            password.as_ptr(),
        );
        if error.is_null() {
            return Ok(());
        }
        let detail = text(bindings::rd_kafka_error_string(error));
        bindings::rd_kafka_error_destroy(error);
        Err(detail)
    }
}

/// Gives the client a token of `name` that lasts until `end_ms`, milliseconds since 1970.
pub(super) fn set_token<C: ClientContext>(
    client: &Client<C>,
    token: &str,
    end_ms: i64,
    name: &str,
) -> Result<(), String> {
    let (Ok(token), Ok(name)) = (CString::new(token), CString::new(name)) else {
        return Err("a token has a NUL character".to_owned());
    };
    let mut problem: [c_char; 512] = [0; 512];
    // SAFETY: the client is alive and copies both texts; `problem` has the length that is told, and the client
    // ends what it writes there with a zero byte.
    unsafe {
        let code = bindings::rd_kafka_oauthbearer_set_token(
            client.native_ptr(),
            token.as_ptr(),
            end_ms,
            name.as_ptr(),
            ptr::null_mut(),
            0,
            problem.as_mut_ptr(),
            problem.len(),
        );
        if code == bindings::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
            return Ok(());
        }
        Err(text(problem.as_ptr()))
    }
}

/// A text of the client; what is not UTF-8 becomes empty.
///
/// SAFETY: `text` ends with a zero byte.
unsafe fn text(text: *const c_char) -> String {
    // SAFETY: by the function's own condition.
    unsafe { CStr::from_ptr(text) }
        .to_string_lossy()
        .into_owned()
}
