//! The certificate table that a host hands to SEV-SNP guests (GHCB specification, "extended guest request").

use crate::Handed;

const HEADER: usize = 24;
/// GUIDs as they are written: chip's key, cloud's key, intermediate, root.
const CERTIFICATES: [&str; 4] = [
    "63da758de6644564adc5f4b93be8accd",
    "a8074bc2a25a483eaae639c045a0b8a1",
    "4ab7b379bbac4fe4a02f05aef327c782",
    "c0b406a4a803495297433fb6014cd0ae",
];
const REVOCATION_LIST: &str = "92f81bc358114d3d97ffd19f88dc67ea";

/// The same GUID with its first three parts the other way round, as some hosts write it.
fn mixed(guid: &[u8]) -> Vec<u8> {
    let part = |from: usize, to: usize| guid.get(from..to).unwrap_or_default().iter().rev().copied();
    let rest = guid.get(8..).unwrap_or_default();
    part(0, 4).chain(part(4, 6)).chain(part(6, 8)).chain(rest.iter().copied()).collect()
}

/// What the table holds that an appraisal can use; entries of other kinds are the host's own affair.
pub(crate) fn read(table: &[u8]) -> Result<Vec<Handed>, String> {
    let mut found = Vec::new();
    for entry in table.chunks_exact(HEADER) {
        let (guid, place) = entry.split_at(16);
        if guid.iter().all(|byte| *byte == 0) {
            return Ok(found);
        }
        let number = |at: usize| -> Option<usize> {
            let bytes: [u8; 4] = place.get(at..at + 4)?.try_into().ok()?;
            usize::try_from(u32::from_le_bytes(bytes)).ok()
        };
        let within =
            number(0).zip(number(4)).and_then(|(from, length)| table.get(from..from.checked_add(length)?));
        let data = within.ok_or("the host's certificate table points outside itself")?.to_vec();
        let names = [hex::encode(guid), hex::encode(mixed(guid))];
        if names.iter().any(|name| CERTIFICATES.contains(&name.as_str())) {
            found.push(Handed::Certificate(data));
        } else if names.iter().any(|name| name == REVOCATION_LIST) {
            found.push(Handed::RevocationList(data));
        }
    }
    Err("the host's certificate table has no end".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(guid: &str) -> Vec<u8> {
        hex::decode(guid).unwrap()
    }

    fn table(entries: &[(Vec<u8>, &[u8])]) -> Vec<u8> {
        let mut head = Vec::new();
        let mut body: Vec<u8> = Vec::new();
        let start = HEADER * (entries.len() + 1);
        for (guid, data) in entries {
            head.extend(guid);
            head.extend(u32::try_from(start + body.len()).unwrap().to_le_bytes());
            head.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
            body.extend(*data);
        }
        head.extend([0; HEADER]);
        head.extend(body);
        head
    }

    #[test]
    fn certificates_and_lists_are_found_in_either_spelling() {
        let vcek = bytes(CERTIFICATES[0]);
        let found = read(&table(&[
            (mixed(&vcek), b"chip"),
            (bytes("ffffffffffffffffffffffffffffffff"), b"host's own"),
            (bytes(REVOCATION_LIST), b"list"),
            (bytes(CERTIFICATES[3]), b"root"),
        ]));
        assert_eq!(
            found.unwrap(),
            [
                Handed::Certificate(b"chip".to_vec()),
                Handed::RevocationList(b"list".to_vec()),
                Handed::Certificate(b"root".to_vec())
            ]
        );
        assert_eq!(read(&table(&[])).unwrap(), []);
    }

    #[test]
    fn a_table_that_points_outside_or_never_ends_is_refused() {
        let mut outside = table(&[(bytes(CERTIFICATES[0]), b"chip")]);
        outside.truncate(outside.len() - 1);
        assert!(read(&outside).unwrap_err().contains("points outside"));
        let mut endless = bytes(CERTIFICATES[0]);
        endless.extend([0; 8]);
        assert!(read(&endless).unwrap_err().contains("no end"));
        assert!(read(b"").unwrap_err().contains("no end"));
        let mut huge = table(&[(bytes(CERTIFICATES[0]), b"x")]);
        huge[20..24].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(read(&huge).is_err());
    }
}
