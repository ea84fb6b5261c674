//! What stations do with jobs, told to whoever watches the run.
//!
//! A station knows no observer, and often begins with another job than the one being handled. So
//! its owner says afterwards who came and who began; nobody is asked unless somebody watches.

use crate::blocks::station::{Alarm, Station};
use crate::kernel::{Context, JobId, Note};

/// A job has come to a station, which answered with `alarm`. `server` is what serves one job at a
/// time there: `a core`.
#[inline(always)]
pub fn arrived(
    job: JobId,
    station: &Station,
    alarm: Option<Alarm>,
    server: &'static str,
    context: &mut Context<'_>,
) {
    if context.is_observed() {
        tell_arrival(job, station, alarm.is_some(), server, context);
    }
}

#[cold]
fn tell_arrival(
    job: JobId,
    station: &Station,
    has_alarm: bool,
    server: &'static str,
    context: &mut Context<'_>,
) {
    let name = served_by(station, server);
    let began = station.begins_with(has_alarm);
    context.note(job, if began { Note::Starts(name) } else { Note::Waits(name) });
}

/// A station has set its next alarm: some who waited may be served now.
#[inline(always)]
pub fn begun(station: &Station, alarm: Alarm, server: &'static str, context: &mut Context<'_>) {
    if context.is_observed() {
        tell_begun(station, alarm.slot, server, context);
    }
}

#[cold]
fn tell_begun(station: &Station, slot: u32, server: &'static str, context: &mut Context<'_>) {
    let name = served_by(station, server);
    for &job in station.begun(slot).iter() {
        context.note(job, Note::Starts(name));
    }
}

/// What serves jobs there, in words.
fn served_by(station: &Station, server: &'static str) -> &'static str {
    match station {
        Station::ProcessorSharing(_) => "the shared cores",
        Station::GatedBatch(_) => "the next batch",
        Station::FirstCome(_) | Station::Unlimited(_) => server,
    }
}
