//! Proofs over logs of random sizes.

use cloister_audit::proof::{consistency, verify_consistency, verify_inclusion};
use cloister_audit::tiles::TileWriter;
use cloister_audit::tree::leaf_hash;
use cloister_audit::{Frontier, Hash, Included, InclusionProof, ProofError};
use proptest::prelude::*;

use crate::{Folder, ORIGIN, entry, key};

/// Sizes around the widths of tiles, and others.
fn size() -> impl Strategy<Value = u64> {
    prop_oneof![1u64..20, 250u64..260, 510u64..515, 1u64..1500]
}

fn flip(hash: &Hash, bit: u8) -> Hash {
    let mut changed = *hash;
    changed[usize::from(bit / 8)] ^= 1 << (bit % 8);
    changed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_entry_is_shown_included(size in size(), at in any::<prop::sample::Index>(), bit: u8, which in any::<prop::sample::Index>()) {
        let folder = Folder::with(size);
        let root = folder.checkpoint().root;
        let index = at.index(usize::try_from(size).unwrap()) as u64;
        let leaf = leaf_hash(&entry(index));
        let proof = InclusionProof::make(size, index, |path| folder.read(path)).unwrap();
        prop_assert_eq!(proof.verify(&leaf, &root), Ok(()));
        prop_assert!(proof.verify(&flip(&leaf, bit), &root).is_err());
        prop_assert!(proof.verify(&leaf, &flip(&root, bit)).is_err());
        prop_assert!(verify_inclusion(&leaf, index ^ 1, size, &proof.hashes, &root).is_err());
        if !proof.hashes.is_empty() {
            let mut changed = proof.clone();
            let which = which.index(changed.hashes.len());
            changed.hashes[which] = flip(&changed.hashes[which], bit);
            prop_assert_eq!(changed.verify(&leaf, &root), Err(ProofError::Root));
            changed.hashes.remove(which);
            prop_assert!(changed.verify(&leaf, &root).is_err());
        }
        let mut longer = proof;
        longer.hashes.push(root);
        prop_assert_eq!(longer.verify(&leaf, &root), Err(ProofError::Length));
    }

    #[test]
    fn every_earlier_log_is_shown_a_prefix(size in size(), at in any::<prop::sample::Index>(), bit: u8, which in any::<prop::sample::Index>()) {
        let size1 = at.index(usize::try_from(size).unwrap()) as u64 + 1;
        let folder = Folder::with(size);
        let (root1, root2) = (Folder::with(size1).checkpoint().root, folder.checkpoint().root);
        let mut proof = consistency(size1, size, |path| folder.read(path)).unwrap();
        prop_assert_eq!(verify_consistency(size1, &root1, size, &root2, &proof), Ok(()));
        prop_assert!(verify_consistency(size1, &flip(&root1, bit), size, &root2, &proof).is_err());
        prop_assert!(verify_consistency(size1, &root1, size, &flip(&root2, bit), &proof).is_err());
        if !proof.is_empty() {
            let which = which.index(proof.len());
            proof[which] = flip(&proof[which], bit);
            prop_assert!(verify_consistency(size1, &root1, size, &root2, &proof).is_err());
        }
    }

    #[test]
    fn batches_give_the_same_log_as_one(sizes in proptest::collection::vec(0u64..400, 1..6)) {
        let mut folder = Folder::default();
        let mut frontier = Frontier::new();
        let mut next = 0;
        for size in sizes {
            let batch: Vec<_> = (next..next + size).map(entry).collect();
            frontier.extend(&batch.iter().map(|bytes| leaf_hash(bytes)).collect::<Vec<_>>());
            // A writer restored from the stored frontier goes on as the old one would have.
            folder.writer = TileWriter::new(folder.writer.frontier().clone());
            folder.grow(&batch);
            next += size;
        }
        prop_assert_eq!(folder.writer.frontier(), &frontier);
        for (path, bytes) in Folder::with(next).files {
            prop_assert_eq!(folder.read(&path), Some(bytes));
        }
    }

    #[test]
    fn proofs_of_any_shape_never_panic(index: u64, size: u64, other: u64, count in 0usize..70) {
        let hashes = vec![[1; 32]; count];
        prop_assert!(verify_inclusion(&[0; 32], index, size, &hashes, &[2; 32]).is_err());
        prop_assert!(verify_consistency(size, &[3; 32], other, &[2; 32], &hashes).is_err());
        prop_assert!(consistency(size, other, |_| None).is_err() || size == other);
        prop_assert!(InclusionProof::make(size, index, |_| None).is_err() || size == 1);
    }

    #[test]
    fn any_flipped_bit_of_what_is_carried_is_refused(at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let folder = Folder::with(5);
        let proof = InclusionProof::make(5, 3, |path| folder.read(path)).unwrap();
        let included = Included::new(&entry(3), proof, folder.note());
        let (found, checkpoint) = included.verify(ORIGIN, &key()).unwrap();
        prop_assert_eq!((found.encode().unwrap(), checkpoint), (entry(3), folder.checkpoint()));
        let mut text = serde_json::to_vec(&included).unwrap();
        let at = at.index(text.len());
        text[at] ^= 1 << bit;
        if let Ok(changed) = serde_json::from_slice::<Included>(&text) {
            prop_assert!(changed.verify(ORIGIN, &key()).is_err());
        }
    }
}
