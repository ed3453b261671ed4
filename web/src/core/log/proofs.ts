/** Inclusion and consistency proofs of RFC 6962 (RFC 9162, 2.1.3.2 and 2.1.4.2), verified. */
import { type Hash, nodeHash, sameHash } from "./tree";

/** Why a proof does not hold; nothing when it does. */
export type ProofFault = "index" | "length" | "root";

const halve = (value: number): number => Math.floor(value / 2);
const odd = (value: number): boolean => value % 2 === 1;
const isPower = (value: number): boolean => Number.isInteger(Math.log2(value));

/** Whether a leaf stands at `index` in the log of `size` entries with this root. */
export function inclusionFault(
  leaf: Hash,
  index: number,
  size: number,
  proof: readonly Hash[],
  root: Hash,
): ProofFault | undefined {
  if (index < 0 || index >= size) {
    return "index";
  }
  let [node, last, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) {
      return "length";
    }
    if (odd(node) || node === last) {
      hash = nodeHash(sibling, hash);
      while (!odd(node) && node !== 0) {
        [node, last] = [halve(node), halve(last)];
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [halve(node), halve(last)];
  }
  if (last !== 0) {
    return "length";
  }
  return sameHash(hash, root) ? undefined : "root";
}

/** Whether the log with `root2` begins with the log with `root1`. A log of size zero proves nothing and is refused. */
export function consistencyFault(
  size1: number,
  root1: Hash,
  size2: number,
  root2: Hash,
  proof: readonly Hash[],
): ProofFault | undefined {
  if (size1 <= 0 || size1 > size2) {
    return "index";
  }
  if (size1 === size2) {
    return proof.length > 0 ? "length" : sameHash(root1, root2) ? undefined : "root";
  }
  // A perfect earlier tree is itself the first node.
  const [first, ...rest] = isPower(size1) ? [root1, ...proof] : proof;
  if (first === undefined) {
    return "length";
  }
  return foldedFault([size1, root1], [size2, root2], first, rest);
}

function foldedFault(
  [size1, root1]: readonly [number, Hash],
  [size2, root2]: readonly [number, Hash],
  first: Hash,
  rest: readonly Hash[],
): ProofFault | undefined {
  let [node, last] = [size1 - 1, size2 - 1];
  while (odd(node)) {
    [node, last] = [halve(node), halve(last)];
  }
  let [before, after] = [first, first];
  for (const sibling of rest) {
    if (last === 0) {
      return "length";
    }
    if (odd(node) || node === last) {
      [before, after] = [nodeHash(sibling, before), nodeHash(sibling, after)];
      while (!odd(node) && node !== 0) {
        [node, last] = [halve(node), halve(last)];
      }
    } else {
      after = nodeHash(after, sibling);
    }
    [node, last] = [halve(node), halve(last)];
  }
  if (last !== 0) {
    return "length";
  }
  return sameHash(before, root1) && sameHash(after, root2) ? undefined : "root";
}
