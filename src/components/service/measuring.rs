//! What a running service has measured, read off.

use super::metrics::{CPU, QUEUE_DEPTH, REJECTED, SKIPPED, WAIT, WORKERS_BUSY};
use super::running::{RunningService, Server};
use crate::components::running::{NodeLoad, Running};
use crate::kernel::HopCounts;
use crate::kernel::time::Time;
use crate::measure::metric::{Node, Sheet};

impl Running for RunningService {
    fn measure(&self, now: Time, sheet: &mut Sheet) {
        self.door.measure(sheet);
        let seconds = sheet.seconds;
        for (index, server) in (0u16..).zip(&self.servers) {
            let node = Node::number(index);
            let busy = server.cores.meter().busy.integral(now);
            sheet.ratio(&CPU, node, busy, self.settings.cores as f64 * seconds);
            let workers = server.workers.meter();
            let places = server.workers.places() as f64;
            sheet.ratio(&WORKERS_BUSY, node, workers.busy.integral(now), places * seconds);
            let (waiting, most) = (workers.waiting.integral(now), workers.waiting.maximum());
            sheet.level(&QUEUE_DEPTH, node, waiting, most as f64);
            sheet.distribution(&WAIT, node, &workers.wait);
        }
        sheet.rate(&REJECTED, Node::WHOLE, self.rejected);
        sheet.rate(&SKIPPED, Node::WHOLE, self.skipped);
    }

    fn reset(&mut self, now: Time) {
        self.door.reset();
        (self.rejected, self.skipped) = (0, 0);
        for server in &mut self.servers {
            server.workers.reset(now);
            server.cores.reset(now);
        }
    }

    fn loads(&self, now: Time) -> Vec<NodeLoad> {
        let load = |server: &Server| {
            let workers = server.workers.meter();
            let held = workers.busy.mean(now).unwrap_or(0.0) / server.workers.places() as f64;
            let computing = server.cores.meter().busy.mean(now).unwrap_or(0.0);
            let own = computing / self.settings.cores as f64;
            NodeLoad {
                role: "",
                busy: held.max(own),
                own_busy: own,
                jobs: server.workers.jobs(),
                departures: workers.departures,
            }
        };
        self.servers.iter().map(load).collect()
    }

    fn audit(&self, counts: &HopCounts) -> Result<(), String> {
        self.door.audit(counts)
    }
}
