use clap::Parser;
#[derive(Parser)]
enum Line {
    Classify(kentongan::cli::classify::Arguments),
}
fn main() -> anyhow::Result<()> {
    let Line::Classify(a) = Line::parse();
    let config = kentongan::config::Config::built_in()?;
    let read = |n: &str| -> &'static str {
        Box::leak(
            std::fs::read_to_string(format!("config/{n}"))
                .unwrap()
                .into_boxed_str(),
        )
    };
    let mut lists = kentongan::relevance::Lists::built_in();
    for (n, t) in &mut lists.lexicon {
        *t = read(n);
    }
    lists.areas = read("gazetteer/areas.tsv");
    lists.places = read("gazetteer/places.txt");
    lists.ambiguous = read("gazetteer/ambiguous.txt");
    lists.weights = read("relevance.toml");
    let gate = kentongan::relevance::Gate::with_lists(&config.relevance, &lists)?;
    kentongan::cli::classify::run_with(gate, &config, &a)
}
