//! `/dev/nsm`, the secure module of Nitro enclaves, by AWS's library.

use aws_nitro_enclaves_nsm_api::{
    api::{Request, Response},
    driver::{nsm_exit, nsm_init, nsm_process_request},
};
use serde_bytes::ByteBuf;

use crate::DeviceError;

pub(crate) const PATH: &str = "/dev/nsm";

fn failed(reason: impl std::fmt::Display) -> DeviceError {
    DeviceError::Failed { device: PATH, reason: reason.to_string() }
}

/// The attestation document with `data` as its user data.
pub(crate) fn document(data: [u8; 64]) -> Result<Vec<u8>, DeviceError> {
    let module = nsm_init();
    if module < 0 {
        return Err(failed("it cannot be opened"));
    }
    let user_data = Some(ByteBuf::from(data.to_vec()));
    let answer =
        nsm_process_request(module, Request::Attestation { user_data, nonce: None, public_key: None });
    nsm_exit(module);
    match answer {
        Response::Attestation { document } => Ok(document),
        Response::Error(code) => Err(failed(format!("it answered {code:?}"))),
        _other => Err(failed("it answered something else than it was asked")),
    }
}
