use super::*;

#[test]
fn scratch() {
    let Ok(dir) = std::env::var("TF_DIR") else { return };
    let mut repo = Repository::default();
    let mut queue = vec![std::path::PathBuf::from(&dir)];
    while let Some(at) = queue.pop() {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                queue.push(path);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                repo.files.insert(path.strip_prefix(&dir).unwrap().to_str().unwrap().to_owned(), text);
            }
        }
    }
    let (evaluated, map) = repo.evaluate(&Settings::default());
    for root in &evaluated.roots {
        println!("== {} open {:?} hidden {:?} provider {} {}", root.dir, root.open_variables, root.hidden, root.provider.account, root.provider.region);
        print!("{}", instances(root));
    }
    for (span, fault) in &evaluated.faults {
        println!("fault {}:{} {fault}", map.file(span.file).path(), map.positions(*span).0.line);
    }
}
