//! `commonwatch misp import`, as an operator runs it.

use crate::kit::Place;

const TAXONOMY: &str = r#"{"namespace":"mood","predicates":[{"value":"good"}],"version":1}"#;
const GALAXY: &str = r#"{"type":"tool","name":"Tool","icon":"x","namespace":"n","version":1,"uuid":"00000000-0000-4000-8000-000000000001"}"#;
const CLUSTERS: &str = r#"{"type":"tool","version":2,"values":[{"value":"Saw"}]}"#;
const LIST: &str = r#"{"type":"string","name":"ours","version":1,"description":"d","list":["203.0.113.53"]}"#;

#[test]
fn a_folder_is_loaded_by_what_is_in_its_files_and_a_broken_one_is_named() {
    let place = Place::with_sample();
    for folder in ["words/a", "words/.git"] {
        std::fs::create_dir_all(place.path().join(folder)).unwrap();
    }
    for (name, text) in [
        ("words/a/one.json", CLUSTERS),
        ("words/a/two.json", GALAXY),
        ("words/three.json", TAXONOMY),
        ("words/four.json", LIST),
        ("words/MANIFEST.json", "{\"taxonomies\":[]}"),
        ("words/broken.json", "{\"namespace\":"),
        ("words/orphans.json", "{\"type\":\"bird\",\"values\":[]}"),
        ("words/.git/broken.json", "{"),
        ("words/README.md", "no JSON"),
    ] {
        place.write(name, text);
    }
    let answer = place.run(&["misp", "import", "words"]);
    assert_eq!(answer.code, 1, "{answer}");
    insta::assert_snapshot!(answer.out, @r"
    vocabulary         new  changed  unchanged
    taxonomies         1    0        0
    galaxies           1    0        0
    files of clusters  1    0        0
    warninglists       1    0        0
    2 files refused, 1 passed over that hold no vocabulary
    new warninglists are off: 'commonwatch warninglist enable NAME' puts one in force
    ");
    insta::assert_snapshot!(answer.err, @r"
    error: words/broken.json $: this is no JSON: EOF while parsing a value at line 1 column 13 (take the file from its repository again)
    error: words/orphans.json $.type: these clusters are of a galaxy that is not here (import the file of its galaxy too, from the folder 'galaxies' of the same repository)
    ");
    for name in ["broken.json", "orphans.json"] {
        std::fs::remove_file(place.path().join("words").join(name)).unwrap();
    }
    let again = place.run(&["misp", "import", "words"]);
    assert_eq!(again.code, 0, "{again}");
    insta::assert_snapshot!(again.out, @r"
    vocabulary         new  changed  unchanged
    taxonomies         0    0        1
    galaxies           0    0        1
    files of clusters  0    0        1
    warninglists       0    0        1
    0 files refused, 1 passed over that hold no vocabulary
    ");
    let refused = place.run(&["--as", "city", "misp", "import", "words"]);
    assert_eq!(refused.code, 3, "{refused}");
}
