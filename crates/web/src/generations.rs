//! A map with room for so many entries, which forgets those that were not written for the longest.
//!
//! What is written goes into the younger of two maps. When that is half of what is allowed it
//! becomes the older one, and what was the older one is dropped. Nothing looks through the entries.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};

/// A map of two generations.
#[derive(Debug)]
pub(crate) struct Generations<K, V, S = RandomState> {
    /// In one generation.
    entries_max: usize,
    young: HashMap<K, V, S>,
    old: HashMap<K, V, S>,
}

impl<K: Eq + Hash, V, S: BuildHasher + Default> Generations<K, V, S> {
    /// Room for so many entries, at least two.
    pub(crate) fn new(entries_max: usize) -> Self {
        Self {
            entries_max: (entries_max / 2).max(1),
            young: HashMap::default(),
            old: HashMap::default(),
        }
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.young.get(key).or_else(|| self.old.get(key))
    }

    /// Writes an entry; a new one begins another generation if this one is full.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        if self.is_full() && !self.young.contains_key(&key) {
            self.turn();
        }
        self.young.insert(key, value);
    }

    /// Whether the next new entry begins another generation.
    pub(crate) fn is_full(&self) -> bool {
        self.young.len() >= self.entries_max
    }

    /// Begins another generation: what was not written in this one is forgotten.
    pub(crate) fn turn(&mut self) {
        self.old = std::mem::take(&mut self.young);
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_so_many() {
        for (entries_max, kept) in [(0, 2), (2, 2), (3, 2), (10, 10)] {
            let mut map = Generations::<usize, usize>::new(entries_max);
            for key in 0..100 {
                map.insert(key, key);
                assert!(map.len() <= kept, "{entries_max}");
                assert_eq!(map.get(&key), Some(&key));
            }
            assert_eq!(map.len(), kept, "{entries_max}");
            assert_eq!(map.get(&(100 - kept)), Some(&(100 - kept)));
            assert_eq!(map.get(&(99 - kept)), None);
        }
    }

    #[test]
    fn what_is_written_again_stays() {
        let mut map = Generations::<usize, usize>::new(10);
        map.insert(0, 7);
        for key in 1..100 {
            map.insert(key, key);
            let value = *map.get(&0).unwrap();
            map.insert(0, value);
        }
        assert_eq!(map.get(&0), Some(&7));
        map.turn();
        assert_eq!(map.get(&0), Some(&7));
        map.turn();
        assert_eq!(map.get(&0), None);
    }
}
