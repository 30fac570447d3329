//! What a seed draws: an image that exists, and runs that go wrong.

use std::fmt;

use fastrand::Rng;

use super::proxy::{Fault, Harm};

/// What a run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Creates an image without data.
    Create,
    /// With data.
    Fill,
    /// With data that are staged and imported.
    Import,
    /// Copies an image to project B.
    Copy,
    /// Shares an image that exists with project B.
    Share,
    /// Gives it a tag.
    Tag,
    /// Creates a task, as an administrator.
    Task,
    /// Creates a namespace, as an administrator.
    Namespace,
}

/// The ID that the new image is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Id {
    Random,
    /// One that no image has.
    New,
    /// The one of the image that exists.
    Taken,
}

/// The image that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum There {
    Active,
    Queued,
    Protected,
    /// Project B's own, which A does not see.
    Hidden,
    /// Project B's own, shared with A.
    Shared,
}

/// How a run ends before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It does not.
    None,
    /// A signal, when a request of that kind has arrived or was answered, and so many milliseconds later.
    Signal { name: &'static str, operation: &'static str, is_answered: bool, later: u64 },
    /// `task.timeout` after so many milliseconds.
    Timeout(u64),
    /// Another task of `task.parallel` fails after so many milliseconds.
    Sibling(u64),
}

/// One run.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) deed: Deed,
    pub(crate) id: Id,
    pub(crate) faults: Vec<Fault>,
    pub(crate) end: End,
}

/// All that a seed draws.
#[derive(Clone, Debug)]
pub(crate) struct Sequence {
    pub(crate) seed: u64,
    pub(crate) there: There,
    /// Whether the image that exists is shared with project B already.
    pub(crate) is_member: bool,
    pub(crate) runs: Vec<Run>,
    /// The data of new images.
    pub(crate) data: String,
}

impl Sequence {
    pub(crate) fn of(seed: u64) -> Sequence {
        let mut dice = Rng::with_seed(seed);
        let there = pick(
            &mut dice,
            &[There::Active, There::Active, There::Queued, There::Protected, There::Hidden, There::Shared],
        );
        let is_member = dice.bool();
        let runs = (0..dice.usize(1..=2)).map(|_| run(&mut dice)).collect();
        let length = dice.usize(1..200_000);
        let data = (0..length).map(|_| dice.alphanumeric()).collect();
        Sequence { seed, there, is_member, runs, data }
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sequence { seed, there, is_member, runs, data } = self;
        writeln!(f, "seed {seed}: exists {there:?}, is member {is_member}, {} bytes", data.len())?;
        for run in runs {
            writeln!(
                f,
                "  {:?} with ID {:?}, ends by {:?}, faults {:?}",
                run.deed, run.id, run.end, run.faults
            )?;
        }
        Ok(())
    }
}

fn pick<T: Copy>(dice: &mut Rng, list: &[T]) -> T {
    list[dice.usize(..list.len())]
}

fn run(dice: &mut Rng) -> Run {
    let deed = pick(
        dice,
        &[
            Deed::Create,
            Deed::Fill,
            Deed::Fill,
            Deed::Fill,
            Deed::Import,
            Deed::Copy,
            Deed::Share,
            Deed::Share,
            Deed::Tag,
            Deed::Task,
            Deed::Namespace,
        ],
    );
    let id = pick(dice, &[Id::Random, Id::Random, Id::New, Id::Taken]);
    let id = if matches!(deed, Deed::Create | Deed::Fill | Deed::Import) { id } else { Id::Random };
    let steps: &[&str] = match deed {
        Deed::Create => &["create"],
        Deed::Fill => &["create", "create", "upload", "show"],
        Deed::Import => &["create", "create", "stage", "import", "show"],
        Deed::Copy => &["create", "create", "upload", "update"],
        Deed::Share => &["add", "add", "look"],
        Deed::Tag => &["tag"],
        Deed::Task => &["task"],
        Deed::Namespace => &["namespace"],
    };
    let faults = (0..dice.usize(0..=2)).map(|_| fault(dice, steps)).collect();
    let end = match dice.u32(0..10) {
        0..=3 => End::None,
        4..=7 => End::Signal {
            name: pick(dice, &["INT", "TERM", "HUP", "KILL", "KILL"]),
            operation: pick(dice, steps),
            is_answered: dice.bool(),
            later: dice.u64(0..40),
        },
        8 => End::Timeout(dice.u64(20..400)),
        _ => End::Sibling(dice.u64(20..400)),
    };
    Run { deed, id, faults, end }
}

fn fault(dice: &mut Rng, steps: &[&'static str]) -> Fault {
    let harms = [
        Harm::HangUp,
        Harm::LateHangUp,
        Harm::LateHangUp,
        Harm::Status(pick(dice, &[502, 504])),
        Harm::LateStatus(pick(dice, &[502, 504])),
        Harm::LateStatus(pick(dice, &[502, 504])),
        Harm::Status(pick(dice, &[400, 500, 503])),
        Harm::Delay(dice.u64(20..400)),
        Harm::SlowAnswer(dice.u64(20..400)),
    ];
    let harm = pick(dice, &harms);
    // A deletion whose answer is lost every time takes as long as all its attempts.
    let operation = if dice.u32(0..6) == 0 { "delete" } else { pick(dice, steps) };
    let most = if operation == "create" { 4 } else { 2 };
    Fault { operation, harm, count: dice.u32(1..=most) }
}
