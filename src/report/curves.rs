//! Pictures over the users, from cases: what sweeps and ladders of stages draw alike.

use super::NamedFile;
use super::pictures::{
    AcrossAxis, CrossingMark, LadderPicture, PointState, Scene, StageCurve, StagePoint,
    ThresholdLine, UtilisationCurve, UtilisationPicture, UtilisationStage, ladder, png, svg,
    utilisation,
};
use crate::experiment::sweep::CaseResult;
use crate::language::condition::Condition;
use crate::measure::unit::Unit;

/// A line of cases along the axis to the right.
pub(super) struct Line<'a> {
    /// What it is called.
    pub name: String,
    /// Where each case stands, rising, and what became of it.
    pub cases: Vec<(f64, &'a CaseResult)>,
    /// Names and conditions of its thresholds.
    pub thresholds: &'a [(String, String)],
    /// Where thresholds are crossed.
    pub crossings: Vec<CrossingMark>,
}

/// What the pictures of a set of lines have in common.
pub(super) struct Sheet<'a> {
    /// The metric that is drawn.
    pub plot: &'a str,
    /// Its unit.
    pub unit: Unit,
    /// The axis to the right.
    pub across: AcrossAxis,
    /// How the values came to be, in a line.
    pub subtitle: String,
    /// The lines.
    pub lines: Vec<Line<'a>>,
}

/// Utilisation by the last word of its path.
const UTILISATION: &[&str] = &["cpu", "busy", "utilization", "read_load", "write_load"];

impl Sheet<'_> {
    /// The curves of the metric, and the utilisation of every component, each as SVG and PNG.
    pub fn draw(&self) -> Vec<NamedFile> {
        let stem = match self.plot.strip_prefix("response_time.") {
            Some(statistic) => statistic.to_owned(),
            None => self.plot.replace(['[', ']', '=', ',', ' '], "-"),
        };
        let mut files = painted(&stem, "the metric over the axis, drawn", &self.curves());
        let picture = self.utilisation();
        if picture.stages.iter().any(|stage| !stage.components.is_empty()) {
            let scene = utilisation(&picture);
            files.extend(painted("utilisation", "how busy every component is, drawn", &scene));
        }
        files
    }

    fn curves(&self) -> Scene {
        let curve = |line: &Line<'_>| StageCurve {
            name: line.name.clone(),
            points: line.cases.iter().map(|(at, case)| self.point(*at, case)).collect(),
            crossings: line.crossings.clone(),
        };
        ladder(&LadderPicture {
            title: format!("{} against {}", self.plot, self.across.title),
            subtitle: self.subtitle.clone(),
            metric: self.plot.to_owned(),
            unit: self.unit,
            across: self.across.clone(),
            logarithmic_up: self.unit == Unit::Seconds,
            stages: self.lines.iter().map(curve).collect(),
            thresholds: self.bounds(),
        })
    }

    fn point(&self, across: f64, case: &CaseResult) -> StagePoint {
        let metric = case.metric(self.plot);
        StagePoint {
            across,
            value: metric.and_then(|metric| metric.value),
            interval: metric.and_then(|metric| metric.ci95),
            state: PointState::from(&case.verdict),
        }
    }

    /// The bounds that thresholds of each line set on the metric.
    fn bounds(&self) -> Vec<ThresholdLine> {
        let lines = self.lines.iter().enumerate();
        let of =
            |(stage, line): (usize, &Line<'_>)| bounds(line.thresholds, self.plot, Some(stage));
        lines.flat_map(of).collect()
    }

    fn utilisation(&self) -> UtilisationPicture {
        let stage = |line: &Line<'_>| {
            let paths: Vec<&str> = match line.cases.first() {
                Some((_, case)) => case.metrics.iter().map(|metric| metric.path.as_str()).collect(),
                None => Vec::new(),
            };
            let is_utilisation = |path: &&str| {
                path.rsplit('.').next().is_some_and(|last| UTILISATION.contains(&last))
            };
            let values = |path: &str| {
                let value = |case: &CaseResult| case.metric(path)?.value;
                line.cases.iter().map(|(_, case)| value(case)).collect()
            };
            let shown: Vec<&str> = paths.into_iter().filter(is_utilisation).collect();
            let curve =
                |path: &&str| UtilisationCurve { name: (*path).to_owned(), values: values(path) };
            UtilisationStage {
                name: line.name.clone(),
                cases: line
                    .cases
                    .iter()
                    .map(|(at, case)| (*at, PointState::from(&case.verdict)))
                    .collect(),
                components: shown.iter().map(curve).collect(),
                thresholds: shown
                    .iter()
                    .flat_map(|path| bounds(line.thresholds, path, None))
                    .collect(),
            }
        };
        UtilisationPicture {
            title: format!("Utilisation against {}", self.across.title),
            subtitle: self.subtitle.clone(),
            across: self.across.clone(),
            stages: self.lines.iter().map(stage).collect(),
        }
    }
}

/// The bounds that conditions set on a metric.
fn bounds(
    thresholds: &[(String, String)],
    metric: &str,
    stage: Option<usize>,
) -> Vec<ThresholdLine> {
    let of = |(_, condition): &(String, String)| {
        let parsed = Condition::parse(condition);
        let comparisons = parsed.into_iter().flat_map(|parsed| {
            let of_metric =
                |one: &&crate::language::condition::Comparison| one.metric.to_string() == metric;
            parsed.comparisons().filter(of_metric).map(|one| one.bound.value()).collect::<Vec<_>>()
        });
        let line = |bound| ThresholdLine { label: condition.clone(), bound, stage };
        comparisons.map(line).collect::<Vec<_>>()
    };
    thresholds.iter().flat_map(of).collect()
}

/// A scene as SVG and PNG.
pub(super) fn painted(stem: &str, meaning: &'static str, scene: &Scene) -> Vec<NamedFile> {
    let pixels =
        NamedFile { name: format!("{stem}.png"), meaning: "the same as pixels", bytes: png(scene) };
    vec![NamedFile::text(format!("{stem}.svg"), meaning, svg(scene)), pixels]
}
