//! Which keys a cache or a buffer pool holds, and how they are asked for.

use std::ops::Range;
use std::sync::Arc;

use crate::blocks::popularity::Popularity;
use crate::blocks::warm_memory::{Catalogue, Place};
use crate::components::access::{Class, Classes, Dataset, KeyChoice, OwnedIn, Verb, dataset_of};

/// What a memory knows of keys: the weight of their entries and their place in the demand.
#[derive(Debug)]
pub struct Holdings {
    /// What an entry of each dataset takes of the capacity.
    weights: Vec<u64>,
    /// By dataset, those that are read here by a known law.
    held: Vec<Option<Held>>,
}

/// A dataset that is read here.
#[derive(Clone, Debug)]
struct Held {
    dataset: Dataset,
    /// The position of its first population.
    first: usize,
    /// The region of each of its populations; a single one has none.
    regions: Vec<Option<u16>>,
}

impl Holdings {
    /// Nothing yet, of these datasets.
    pub fn new(datasets: &[Dataset], weight: impl Fn(&Dataset) -> u64) -> Holdings {
        let weights = datasets.iter().map(weight).collect();
        Holdings { weights, held: vec![None; datasets.len()] }
    }

    /// A dataset is the populations from this position on, by the regions of the keys' owners.
    pub fn hold(&mut self, dataset: &Dataset, first: usize, regions: Vec<Option<u16>>) {
        let held = Held { dataset: dataset.clone(), first, regions };
        self.held[usize::from(dataset.number)] = Some(held);
    }

    /// The positions of a dataset's populations; none when it is not held.
    pub fn populations(&self, dataset: u16) -> Range<usize> {
        let held = self.held[usize::from(dataset)].as_ref();
        held.map_or(0..0, |held| held.first..held.first + held.regions.len())
    }
}

impl Catalogue for Arc<Holdings> {
    #[inline]
    fn weight(&self, key: u64) -> u64 {
        self.weights[usize::from(dataset_of(key))]
    }

    #[inline]
    fn place(&self, key: u64) -> Option<Place> {
        let held = self.held[usize::from(dataset_of(key))].as_ref()?;
        let rank = held.dataset.rank_of_key(key)?;
        let population = match held.regions.len() {
            1 => 0,
            _ => {
                let region = held.dataset.region_of(key);
                held.regions.iter().position(|it| *it == region)?
            }
        };
        Some(Place { population: held.first + population, rank })
    }
}

/// What arrives at whoever holds keys.
#[derive(Clone, Copy, Debug)]
pub struct Demand<'model> {
    /// All classes of access.
    pub classes: &'model Classes,
    /// Jobs per second that arrive, by class.
    pub arriving: &'model [f64],
}

impl Demand<'_> {
    /// The classes that read (or write) a dataset, with their rates.
    fn of(&self, dataset: &Dataset, reads: bool) -> impl Iterator<Item = (&Class, f64)> {
        let number = dataset.number;
        let all = self.classes.iter().zip(self.arriving);
        all.filter(move |((_, class), _)| {
            let wanted = match class.verb {
                Verb::Read | Verb::Scan => reads,
                Verb::Write => !reads,
                Verb::Call => false,
            };
            class.dataset == Some(number) && wanted
        })
        .map(|((_, class), rate)| (class, *rate))
    }

    /// Reads (or writes) of a dataset per second: all of them, of keys owned in one region.
    pub fn rate(&self, dataset: &Dataset, reads: bool, owned: OwnedIn) -> f64 {
        let of_region = |(class, rate): (&Class, f64)| match class.key {
            KeyChoice::Popular | KeyChoice::Uniform => rate * owned.draws,
            KeyChoice::Own => rate * owned.own,
            // The newest keys are made by all users.
            KeyChoice::New | KeyChoice::Newest | KeyChoice::Recorded => rate * owned.keys,
        };
        self.of(dataset, reads).map(of_region).sum()
    }

    /// The law by which its keys are read (or written): that of the most frequent choice.
    pub fn law(&self, dataset: &Dataset, reads: bool) -> Popularity {
        let (mut popular, mut even) = (0.0, 0.0);
        for (class, rate) in self.of(dataset, reads) {
            match class.key {
                KeyChoice::Popular => popular += rate,
                _ => even += rate,
            }
        }
        if popular >= even { dataset.popularity } else { Popularity::Uniform }
    }
}
