//! A table from text to whatever a node has below it.
//!
//! Open addressing with linear probing. What is compared lies in the table itself, so that a
//! lookup touches one or two lines of memory; only long texts are looked at where they are.

use super::words::Key;

pub(super) struct Texts<V> {
    /// None, or a power of two of them; at least half are free.
    slots: Vec<Option<Slot<V>>>,
    count: usize,
}

struct Slot<V> {
    key: Key,
    entry: Box<Entry<V>>,
}

struct Entry<V> {
    text: Box<str>,
    value: V,
}

impl<V> Texts<V> {
    pub(super) fn new() -> Self {
        Self { slots: Vec::new(), count: 0 }
    }

    /// The value of a text, the key of which are these.
    pub(super) fn get(&self, key: Key, text: &[u8]) -> Option<&V> {
        let mut at = self.home(key);
        loop {
            let slot = self.slots.get(at)?.as_ref()?;
            if slot.is_for(key, text) {
                return Some(&slot.entry.value);
            }
            at = self.next(at);
        }
    }

    /// The value of a text, made if there is none.
    pub(super) fn get_or_insert(&mut self, text: &str) -> &mut V
    where
        V: Default,
    {
        if self.count * 2 >= self.slots.len() {
            self.grow();
        }
        let key = Key::of(text.as_bytes());
        let at = self.place(key, text);
        let slot = self.slots[at].get_or_insert_with(|| {
            self.count += 1;
            Slot { key, entry: Box::new(Entry { text: text.into(), value: V::default() }) }
        });
        &mut slot.entry.value
    }

    fn grow(&mut self) {
        let len = (self.slots.len() * 2).max(2);
        let before = std::mem::take(&mut self.slots);
        self.slots.resize_with(len, || None);
        for slot in before.into_iter().flatten() {
            let at = self.place(slot.key, &slot.entry.text);
            self.slots[at] = Some(slot);
        }
    }

    /// Where a text is, or is to be put. There is always a free slot.
    fn place(&self, key: Key, text: &str) -> usize {
        let mut at = self.home(key);
        while self.slots[at].as_ref().is_some_and(|slot| !slot.is_for(key, text.as_bytes())) {
            at = self.next(at);
        }
        at
    }

    /// Where the search for a text begins.
    fn home(&self, key: Key) -> usize {
        (key.hash() >> 32) as usize & self.slots.len().wrapping_sub(1)
    }

    fn next(&self, at: usize) -> usize {
        (at + 1) & (self.slots.len() - 1)
    }
}

impl<V> Slot<V> {
    fn is_for(&self, key: Key, text: &[u8]) -> bool {
        self.key == key && (key.is_whole() || self.entry.text.as_bytes() == text)
    }
}
