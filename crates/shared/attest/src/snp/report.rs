//! The 1184 bytes of a report (AMD 56860, table `ATTESTATION_REPORT`), versions 2 to 5.

/// Where fields lie.
pub(crate) mod offset {
    pub(crate) const POLICY: usize = 0x08;
    pub(crate) const VMPL: usize = 0x30;
    pub(crate) const PLATFORM: usize = 0x40;
    pub(crate) const HOST_DATA: usize = 0xC0;
    pub(crate) const SIGNATURE_ALGORITHM: usize = 0x34;
    pub(crate) const KEY_INFO: usize = 0x48;
    pub(crate) const REPORT_DATA: usize = 0x50;
    pub(crate) const MEASUREMENT: usize = 0x90;
    pub(crate) const REPORTED_TCB: usize = 0x180;
    pub(crate) const CHIP_ID: usize = 0x1A0;
    pub(crate) const COMMITTED_TCB: usize = 0x1E0;
    pub(crate) const SIGNATURE: usize = 0x2A0;
    pub(crate) const LENGTH: usize = 0x4A0;
}

/// A report's fields that the checks use.
#[derive(Clone)]
pub(crate) struct Report {
    pub(crate) signed: Vec<u8>,
    pub(crate) version: u32,
    pub(crate) policy: u64,
    pub(crate) platform: u64,
    pub(crate) vmpl: u32,
    pub(crate) key_info: u32,
    pub(crate) data: [u8; 64],
    pub(crate) measurement: [u8; 48],
    pub(crate) reported_tcb: [u8; 8],
    pub(crate) committed_tcb: [u8; 8],
    pub(crate) chip_id: [u8; 64],
    pub(crate) host_data: [u8; 32],
    /// r and s, big-endian, 48 bytes each.
    pub(crate) signature: [u8; 96],
}

impl Report {
    /// Reads a report; refuses other lengths, versions, algorithms and stray bytes in the signature.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() != offset::LENGTH {
            return Err(format!("a report has {} bytes, got {}", offset::LENGTH, bytes.len()));
        }
        let word = |at| field(bytes, at).map(u32::from_le_bytes);
        let version = word(0)?;
        if !(2..=5).contains(&version) {
            return Err(format!("report version {version} is not known"));
        }
        if word(offset::SIGNATURE_ALGORITHM)? != 1 {
            return Err("the report is not signed with ECDSA P-384 and SHA-384".into());
        }
        Ok(Self {
            signed: bytes[..offset::SIGNATURE].to_vec(),
            version,
            policy: u64::from_le_bytes(field(bytes, offset::POLICY)?),
            platform: u64::from_le_bytes(field(bytes, offset::PLATFORM)?),
            vmpl: word(offset::VMPL)?,
            key_info: word(offset::KEY_INFO)?,
            data: field(bytes, offset::REPORT_DATA)?,
            measurement: field(bytes, offset::MEASUREMENT)?,
            reported_tcb: field(bytes, offset::REPORTED_TCB)?,
            committed_tcb: field(bytes, offset::COMMITTED_TCB)?,
            chip_id: field(bytes, offset::CHIP_ID)?,
            host_data: field(bytes, offset::HOST_DATA)?,
            signature: signature(&bytes[offset::SIGNATURE..])?,
        })
    }
}

fn field<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], String> {
    bytes
        .get(at..at + N)
        .and_then(|part| part.try_into().ok())
        .ok_or_else(|| "the report is too short".to_owned())
}

/// Two little-endian numbers of 72 bytes, then zeros; each fits 48 bytes.
fn signature(bytes: &[u8]) -> Result<[u8; 96], String> {
    let mut out = [0; 96];
    for half in 0..2 {
        let number: [u8; 72] = field(bytes, half * 72)?;
        if number[48..].iter().any(|b| *b != 0) {
            return Err("the signature's numbers are too big".into());
        }
        let big: Vec<u8> = number[..48].iter().rev().copied().collect();
        out[half * 48..half * 48 + 48].copy_from_slice(&big);
    }
    if bytes[144..].iter().any(|b| *b != 0) {
        return Err("reserved bytes of the signature are not zero".into());
    }
    Ok(out)
}
