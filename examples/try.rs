use simscale::*;
fn main() {
    let mut sources = language::source::Sources::new();
    let mut problems = language::diagnostic::Problems::new();
    let args: Vec<String> = std::env::args().collect();
    let sets: Vec<String> = args[2..].to_vec();
    let scenario = scenario::Scenario::load(
        std::path::Path::new(&args[1]),
        &sets,
        &mut sources,
        &mut problems,
    );
    let model = scenario.as_ref().and_then(|s| model::compile(s, &mut problems));
    eprintln!("{}", problems.render(&sources, false));
    let (Some(scenario), Some(model)) = (scenario, model) else { std::process::exit(2) };
    for (id, c) in model.in_order() {
        eprintln!("{:?} {} {:?}", id, c.name, c.flow.stations);
    }
    let start = std::time::Instant::now();
    let result = experiment::run(
        &scenario,
        &model,
        &experiment::Options { command: String::new(), progress: &|_| {} },
    )
    .unwrap();
    let e = start.elapsed().as_secs_f64();
    println!(
        "{}",
        report::render(&result, report::Format::Table, report::Screen::from_environment(false))
    );
    eprintln!(
        "{e:.2}s wall, {:.0} ns/request-core, {} events {:.0} ns/event",
        e * 1e9 / result.horizon.simulated as f64,
        result.horizon.events,
        e * 1e9 / result.horizon.events as f64
    );
    let f = report::prepare(std::path::Path::new("/tmp/out")).unwrap();
    report::write_all(&result, &f).unwrap();
}
