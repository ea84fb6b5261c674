//! What a service does for a job, as a flat list of instructions.
//!
//! Handlers and the plain case (`service_time`, then along the wires) compile to the same few
//! instructions, so a running service is one small interpreter. What must hold: a jump only leads
//! forward, so every program ends; branches of a `Parallel` lie between it and its join.

use crate::blocks::distribution::Distribution;
use crate::components::access::KeyChoice;
use crate::components::work::Work;
use crate::kernel::random::Stream;
use std::ops::Range;

/// A step of a handler, as the scenario says it, with names resolved.
#[derive(Clone, Debug)]
pub enum Step {
    /// Computes on the service's own cores.
    Compute(Work),
    /// Waits without using anything but the worker.
    Wait(Distribution),
    /// Asks a component over one of the service's wires.
    Ask(Ask),
    /// Does all branches at once and goes on when all are done.
    Parallel(Vec<Vec<Step>>),
    /// Does something now and then.
    Chance(f64, Vec<Step>),
}

/// What a step asks for.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    /// Which of the service's wires.
    pub wire: usize,
    /// The class of access; the operation is the job's own.
    pub class: u16,
    /// The dataset's number and the key to draw, when the step does not take over the job's key.
    pub key: Option<(u16, KeyChoice)>,
}

/// An instruction.
#[derive(Clone, Debug)]
pub enum Instruction {
    /// Compute, then the next one.
    Compute(Work, Stream),
    /// Wait, then the next one.
    Wait(Distribution, Stream),
    /// Send the job itself along the first wire that takes its class; skip to the next such wire
    /// on errors that may be skipped.
    Send,
    /// Ask with a child of its own.
    Ask(Ask, Stream),
    /// Fork a child for each of these branches; go on at the address when all have ended.
    Parallel(Range<usize>, u16),
    /// Go to the address unless chance says otherwise.
    Unless(f64, Stream, u16),
    /// The branch is done.
    EndBranch,
    /// Answer the job.
    Reply,
}

/// Programs of a service, by class.
#[derive(Clone, Debug, Default)]
pub struct Programs {
    code: Vec<Instruction>,
    /// Address of the first instruction of each class.
    entries: Vec<u16>,
    /// Addresses at which branches begin.
    branches: Vec<u16>,
}

impl Programs {
    /// Adds the program of the next class.
    pub fn push(&mut self, steps: &[Step], sends: bool, stream: &dyn Fn(&str) -> Stream) {
        let entry = self.address();
        self.entries.push(entry);
        self.compile(steps, stream);
        if sends {
            self.code.push(Instruction::Send);
        }
        self.code.push(Instruction::Reply);
    }

    /// Address of a class's first instruction.
    #[inline]
    pub fn entry(&self, class: u16) -> u16 {
        self.entries[usize::from(class)]
    }

    /// The instruction at an address.
    #[inline]
    pub fn at(&self, address: u16) -> &Instruction {
        &self.code[usize::from(address)]
    }

    /// Address at which a branch begins.
    #[inline]
    pub fn branch(&self, number: usize) -> u16 {
        self.branches[number]
    }

    /// Whether the program of a class is no more than to compute once and to answer, where no wire
    /// leads on.
    pub fn only_computes(&self, class: u16) -> bool {
        use Instruction::{Compute, Reply, Send};
        let program = &self.code[usize::from(self.entry(class))..];
        matches!(program, [Compute(..), Reply, ..] | [Compute(..), Send, Reply, ..])
    }

    /// Number of classes.
    pub fn classes(&self) -> u16 {
        self.entries.len() as u16
    }

    fn address(&self) -> u16 {
        u16::try_from(self.code.len()).expect("handlers hold fewer than 65,536 steps")
    }

    fn compile(&mut self, steps: &[Step], stream: &dyn Fn(&str) -> Stream) {
        for step in steps {
            let own = stream(&format!("step {}", self.code.len()));
            match step {
                Step::Compute(work) => self.code.push(Instruction::Compute(work.clone(), own)),
                Step::Wait(law) => self.code.push(Instruction::Wait(law.clone(), own)),
                Step::Ask(ask) => self.code.push(Instruction::Ask(*ask, own)),
                Step::Chance(probability, then) => {
                    let at = self.code.len();
                    self.code.push(Instruction::EndBranch);
                    self.compile(then, stream);
                    let after = self.address();
                    self.code[at] = Instruction::Unless(*probability, own, after);
                }
                Step::Parallel(branches) => {
                    let at = self.code.len();
                    self.code.push(Instruction::EndBranch);
                    let mut starts = Vec::new();
                    for branch in branches {
                        starts.push(self.address());
                        self.compile(branch, stream);
                        self.code.push(Instruction::EndBranch);
                    }
                    let after = self.address();
                    let first = self.branches.len();
                    self.branches.append(&mut starts);
                    let range = first..self.branches.len();
                    self.code[at] = Instruction::Parallel(range, after);
                }
            }
        }
    }
}

/// Walks all asks of some steps with the mean number of times each is made.
pub fn visit_asks(steps: &[Step], times: f64, visit: &mut dyn FnMut(&Ask, f64)) {
    for step in steps {
        match step {
            Step::Ask(ask) => visit(ask, times),
            Step::Chance(probability, then) => visit_asks(then, times * probability, visit),
            Step::Parallel(branches) => {
                branches.iter().for_each(|branch| visit_asks(branch, times, visit));
            }
            Step::Compute(_) | Step::Wait(_) => {}
        }
    }
}

/// Walks all waits of some steps.
pub fn visit_waits(steps: &[Step], visit: &mut dyn FnMut(&Distribution)) {
    for step in steps {
        match step {
            Step::Wait(law) => visit(law),
            Step::Chance(_, then) => visit_waits(then, visit),
            Step::Parallel(branches) => {
                branches.iter().for_each(|branch| visit_waits(branch, visit));
            }
            Step::Compute(_) | Step::Ask(_) => {}
        }
    }
}

/// Whether a job that does these steps forks into branches.
pub fn has_parallel(steps: &[Step]) -> bool {
    steps.iter().any(|step| match step {
        Step::Parallel(_) => true,
        Step::Chance(_, then) => has_parallel(then),
        Step::Compute(_) | Step::Wait(_) | Step::Ask(_) => false,
    })
}

/// Mean seconds that some steps compute; `None` when a recorded time is among them.
pub fn mean_compute(steps: &[Step]) -> Option<f64> {
    let mut total = 0.0;
    for step in steps {
        total += match step {
            Step::Compute(work) => work.mean()?,
            Step::Chance(probability, then) => probability * mean_compute(then)?,
            Step::Parallel(branches) => {
                let mut sum = 0.0;
                for branch in branches {
                    sum += mean_compute(branch)?;
                }
                sum
            }
            Step::Wait(_) | Step::Ask(_) => 0.0,
        };
    }
    Some(total)
}
