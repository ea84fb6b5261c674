//! Which keys a cache holds, and how they are asked for.

use std::sync::Arc;

use crate::blocks::popularity::Popularity;
use crate::blocks::warm_memory::{Catalogue, Place};
use crate::components::access::{Class, Classes, Dataset, KeyChoice, Verb, dataset_of};

/// What a cache knows of keys: the weight of their entries and their place in the demand.
#[derive(Debug)]
pub struct Holdings {
    /// What an entry of each dataset takes of the capacity.
    weights: Vec<u64>,
    /// By dataset, those that are read here by a known law, with their population's position.
    held: Vec<Option<(usize, Dataset)>>,
}

impl Holdings {
    /// Nothing yet, of these datasets.
    pub fn new(datasets: &[Dataset], weight: impl Fn(&Dataset) -> u64) -> Holdings {
        let weights = datasets.iter().map(weight).collect();
        Holdings { weights, held: vec![None; datasets.len()] }
    }

    /// A dataset is the population at this position.
    pub fn hold(&mut self, dataset: &Dataset, population: usize) {
        self.held[usize::from(dataset.number)] = Some((population, dataset.clone()));
    }

    /// The position of a dataset's population.
    pub fn population(&self, dataset: u16) -> Option<usize> {
        self.held[usize::from(dataset)].as_ref().map(|held| held.0)
    }
}

impl Catalogue for Arc<Holdings> {
    #[inline]
    fn weight(&self, key: u64) -> u64 {
        self.weights[usize::from(dataset_of(key))]
    }

    #[inline]
    fn place(&self, key: u64) -> Option<Place> {
        let (population, dataset) = self.held[usize::from(dataset_of(key))].as_ref()?;
        let rank = dataset.rank_of_key(key)?;
        Some(Place { population: *population, rank })
    }
}

/// What arrives at a cache.
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

    /// Reads (or writes) of a dataset per second.
    pub fn rate(&self, dataset: &Dataset, reads: bool) -> f64 {
        self.of(dataset, reads).map(|(_, rate)| rate).sum()
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
