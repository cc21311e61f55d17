import fc from 'fast-check';
import {
  consistencyPath,
  emptyRoot,
  inclusionPath,
  isConsistent,
  isIncluded,
  leafHash,
  MerkleFrontier,
  merkleRoot,
} from './merkle';

/** The leaves and roots of Certificate Transparency's reference tests (google/certificate-transparency, merkle_tree_test.cc). */
const referenceLeaves = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const referenceRoots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const leavesOf = (count: number): Buffer[] => Array.from({ length: count }, (_, index) => leafHash(`leaf ${index}`));
const flipped = (hash: Buffer): Buffer => Buffer.from(hash.map((byte, index) => (index === 7 ? byte ^ 1 : byte)));

describe('a Merkle tree (RFC 6962)', () => {
  test('has the published roots', () => {
    const leaves = referenceLeaves.map((hex) => leafHash(Buffer.from(hex, 'hex')));
    expect(emptyRoot.toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    const frontier = MerkleFrontier.empty();
    for (const [index, root] of referenceRoots.entries()) {
      expect(merkleRoot(leaves.slice(0, index + 1)).toString('hex')).toBe(root);
      frontier.add(leaves[index] as Buffer);
      expect(frontier.root().toString('hex')).toBe(root);
    }
  });

  test('is the same leaf by leaf, whole, and from a frontier that was written down', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 200 }), (first, more) => {
        const leaves = leavesOf(first + more);
        const frontier = MerkleFrontier.empty();
        for (const leaf of leaves.slice(0, first)) frontier.add(leaf);
        const kept = MerkleFrontier.of(
          JSON.parse(JSON.stringify(frontier.state())) as ReturnType<MerkleFrontier['state']>,
        );
        for (const leaf of leaves.slice(first)) kept.add(leaf);
        expect(kept.root()).toEqual(merkleRoot(leaves));
      }),
      { numRuns: 60 },
    );
    expect(() => MerkleFrontier.of({ size: 3, peaks: ['00'] })).toThrow(RangeError);
  });

  test('proves every leaf, and no other, and no other root', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 130 }), fc.nat(), (size, any) => {
        const leaves = leavesOf(size);
        const index = any % size;
        const [path, root, leaf] = [inclusionPath(leaves, index), merkleRoot(leaves), leaves[index] as Buffer];
        expect(isIncluded(leaf, index, size, path, root)).toBe(true);
        expect(isIncluded(flipped(leaf), index, size, path, root)).toBe(false);
        expect(isIncluded(leaf, index, size, path, flipped(root))).toBe(false);
        expect(isIncluded(leaf, index, size, [...path, root], root)).toBe(false);
        if (path.length > 0) {
          expect(isIncluded(leaf, index, size, path.slice(1), root)).toBe(false);
          expect(isIncluded(leaf, index, size, [flipped(path[0] as Buffer), ...path.slice(1)], root)).toBe(false);
          expect(isIncluded(leaf, (index + 1) % size, size, path, root)).toBe(false);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('proves that it begins with an earlier one, and not with another', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 130 }), fc.nat(), (size, any) => {
        const leaves = leavesOf(size);
        const before = 1 + (any % size);
        const path = consistencyPath(leaves, before);
        const [then, now] = [merkleRoot(leaves.slice(0, before)), merkleRoot(leaves)];
        expect(isConsistent(before, size, then, now, path)).toBe(true);
        expect(isConsistent(before, size, flipped(then), now, path)).toBe(false);
        expect(isConsistent(before, size, then, flipped(now), path)).toBe(false);
      }),
      { numRuns: 200 },
    );
  });
});
