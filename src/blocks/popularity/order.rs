//! How popularity lies over key ids.

/// The rule by which ranks become key ids. It matters where neighbours share a fate: range shards,
/// and data whose newest part is hot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// Popular keys lie evenly all over the ids.
    Scattered,
    /// The highest id, the newest, is the most popular.
    NewestHot,
}

/// A bijection between the ranks and the key ids `0..keys`:
/// `key = (rank * multiplier + offset) mod keys`.
///
/// Scattered: the multiplier is coprime to `keys` and next to `keys` over the golden ratio, so the
/// ranks below any bound lie as evenly as steps of one size can (Knuth, TAOCP volume 3, section
/// 6.4, Fibonacci hashing). Newest hot: `key = keys - 1 - rank`.
#[derive(Clone, Copy, Debug)]
pub struct KeyOrder {
    keys: u64,
    multiplier: u64,
    /// The multiplier's inverse modulo `keys`.
    inverse: u64,
    offset: u64,
}

impl KeyOrder {
    /// Whether popular keys lie all over the ids.
    pub fn is_scattered(&self) -> bool {
        self.multiplier != self.keys - 1
    }

    /// The bijection of `order` over `keys` keys.
    ///
    /// # Panics
    /// When `keys` is zero.
    pub fn new(order: Order, keys: u64) -> Self {
        assert!(keys > 0, "a data set must hold at least one key");
        let last = keys - 1;
        if order == Order::NewestHot {
            // Modulo `keys`, multiplying by the last key is changing the sign, and undoes itself.
            return KeyOrder { keys, multiplier: last, inverse: last, offset: last };
        }
        // 2^64 over the golden ratio, as a fraction of 2^64.
        let golden = (u128::from(keys) * 0x9E37_79B9_7F4A_7C15) >> 64;
        let mut multiplier = (golden as u64).max(1);
        let inverse = loop {
            match inverse_modulo(multiplier, keys) {
                Some(inverse) => break inverse,
                None => multiplier += 1,
            }
        };
        KeyOrder { keys, multiplier, inverse, offset: keys / 2 }
    }

    /// The key id of a rank.
    ///
    /// # Panics
    /// When `rank` is not below the number of keys (in builds with debug assertions).
    #[inline]
    pub fn key(&self, rank: u64) -> u64 {
        debug_assert!(rank < self.keys);
        multiply_modulo(rank, self.multiplier, self.keys, self.offset)
    }

    /// The rank of a key id.
    ///
    /// # Panics
    /// When `key` is not below the number of keys (in builds with debug assertions).
    #[inline]
    pub fn rank(&self, key: u64) -> u64 {
        debug_assert!(key < self.keys);
        let wrapped = if key < self.offset { self.keys } else { 0 };
        multiply_modulo(key + wrapped - self.offset, self.inverse, self.keys, 0)
    }
}

/// `(factor * other + offset) mod modulus`; in 64 bits where the product fits.
#[inline]
fn multiply_modulo(factor: u64, other: u64, modulus: u64, offset: u64) -> u64 {
    match factor.checked_mul(other).and_then(|product| product.checked_add(offset)) {
        Some(sum) => sum % modulus,
        None => {
            let sum = u128::from(factor) * u128::from(other) + u128::from(offset);
            (sum % u128::from(modulus)) as u64
        }
    }
}

/// The inverse of `number` modulo `modulus` by Euclid's extended algorithm; `None` when they have
/// a common divisor.
fn inverse_modulo(number: u64, modulus: u64) -> Option<u64> {
    let modulus = i128::from(modulus);
    let (mut old_rest, mut rest) = (i128::from(number), modulus);
    let (mut old_factor, mut factor) = (1i128, 0i128);
    while rest != 0 {
        let quotient = old_rest / rest;
        (old_rest, rest) = (rest, old_rest - quotient * rest);
        (old_factor, factor) = (factor, old_factor - quotient * factor);
    }
    (old_rest == 1).then(|| old_factor.rem_euclid(modulus) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn small_key_spaces_are_permuted() {
        for keys in (1..300).chain([1024, 2310, 6765, 30_030]) {
            for order in [Order::Scattered, Order::NewestHot] {
                let bijection = KeyOrder::new(order, keys);
                let mut seen = vec![false; keys as usize];
                for rank in 0..keys {
                    let key = bijection.key(rank);
                    assert!(!std::mem::replace(&mut seen[key as usize], true));
                    assert_eq!(bijection.rank(key), rank);
                }
            }
        }
        assert_eq!(KeyOrder::new(Order::NewestHot, 10).key(0), 9);
    }

    proptest! {
        #[test]
        fn inverse_gives_the_rank_back(keys in 1u64..1 << 62, fraction in 0.0f64..1.0) {
            let rank = ((keys as f64 * fraction) as u64).min(keys - 1);
            let bijection = KeyOrder::new(Order::Scattered, keys);
            let key = bijection.key(rank);
            prop_assert!(key < keys);
            prop_assert_eq!(bijection.rank(key), rank);
        }
    }

    /// The 100 most popular of a million keys over 10 ranges: each holds 8 to 12.
    #[test]
    fn popular_keys_lie_evenly() {
        let bijection = KeyOrder::new(Order::Scattered, 1_000_000);
        let mut ranges = [0; 10];
        for rank in 0..100 {
            ranges[(bijection.key(rank) / 100_000) as usize] += 1;
        }
        assert!(ranges.iter().all(|count| (8..=12).contains(count)), "{ranges:?}");
    }
}
