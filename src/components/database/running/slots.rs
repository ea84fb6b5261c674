//! Things under way, by numbers that are used again.

/// Things, each with a number as long as it lasts.
#[derive(Clone, Debug)]
pub struct Slots<T> {
    things: Vec<T>,
    free: Vec<u32>,
}

impl<T> Slots<T> {
    /// Takes in a thing. Returns its number.
    pub fn open(&mut self, thing: T) -> u32 {
        match self.free.pop() {
            Some(slot) => {
                self.things[slot as usize] = thing;
                slot
            }
            None => {
                self.things.push(thing);
                self.things.len() as u32 - 1
            }
        }
    }

    /// The thing of a number.
    pub fn get(&self, slot: u32) -> &T {
        &self.things[slot as usize]
    }

    /// The thing of a number, to change.
    pub fn get_mut(&mut self, slot: u32) -> &mut T {
        &mut self.things[slot as usize]
    }

    /// The number is free for another one; until then the thing can still be looked at.
    pub fn close(&mut self, slot: u32) {
        self.free.push(slot);
    }

    /// Whether nothing is under way.
    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.free.len() == self.things.len()
    }
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Slots { things: Vec::new(), free: Vec::new() }
    }
}
