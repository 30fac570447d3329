//! Reading what a recipe declares does nothing else, and a bad recipe harms no other.

use super::recipe;
use crate::world::World;

/// The ways in which a recipe is loaded without being run.
const LOOKS: [&[&str]; 5] = [
    &["zz_x", "--help"],
    &["help", "zz_x"],
    &["recipes"],
    &["completions", "bash"],
    &["zz_x", "--no-such-option"],
];

#[test]
fn looking_at_a_recipe_sends_and_writes_nothing() {
    for attempt in [
        "fs.write('out.txt', 'x')",
        "cloud:image('pfsense'):delete()",
        "require 'glance'.connect('project-a')",
        "require 'std.recipe'.run('unshare', cloud, { image = 'pfsense', all = true, yes = true })",
        "require 'recipes.list'.run(cloud, {})",
        "coroutine.wrap(function() cloud:image('pfsense') end)()",
        "print 'printed' io.write 'printed'",
        "require 'ui'.note 'noted' ",
        "require 'ui'.confirm 'sure?'",
    ] {
        let world = World::new();
        let text = format!(
            "--- A test.\npcall(function() {attempt} end)\nreturn {{ effects = 'delete', run = print }}"
        );
        world.write("recipes/zz_x.lua", &text);
        for look in LOOKS {
            let requests = world.requests_of(|world| {
                let told = world.a(look);
                let words = ["printed", "noted", "sure?", "panicked"];
                assert!(
                    !words.iter().any(|word| told.out.contains(word) || told.err.contains(word)),
                    "{told:?}"
                );
            });
            assert!(requests.is_empty(), "{attempt}: {requests:?}");
            assert!(!world.path("out.txt").exists(), "{attempt}");
        }
        let told = world.a(&["-e", "require 'std.recipe'.run('zz_x', cloud)"]).ends(0);
        assert!(!told.err.contains("noted"), "{}", told.err);
    }
}

#[test]
fn one_bad_recipe_breaks_no_other() {
    let world = World::new();
    recipe(&world, "zz_good", "effects = \"read\"", "return {}");
    for (name, text) in [
        ("zz_endless", "while true do end"),
        ("zz_syntax", "return {"),
        ("zz_number", "return 1"),
        ("zz_taken", "return { effects = 'read', run = print, args = { { '--yes' } } }"),
        ("zz_huge", &"-".repeat(2 << 20)),
        ("zz_exits", "os.exit()"),
    ] {
        world.write(&format!("recipes/{name}.lua"), text);
    }
    let pipe = world.path("recipes/zz_pipe.lua");
    assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
    let told = world.a(&["recipes", "-f", "json"]).ends(0);
    let rows: Vec<serde_json::Value> = serde_json::from_str(&told.out).unwrap();
    let broken = |name: &str| {
        let row = rows.iter().find(|row| row["recipe"] == name).unwrap();
        row["broken"].as_str().unwrap_or_default().to_owned()
    };
    for (name, why) in [
        ("zz_endless", "computes too long"),
        ("zz_syntax", "unexpected symbol"),
        ("zz_number", "not a table"),
        ("zz_taken", "--yes is one of Lunette's own options"),
        ("zz_huge", "larger than"),
        ("zz_exits", "exit"),
        ("zz_pipe", "no regular file"),
    ] {
        assert!(broken(name).contains(why), "{name}: {}", broken(name));
    }
    assert_eq!(broken("zz_good"), "");
    let completions = world.a(&["completions", "bash"]).ends(0).out;
    assert!(completions.contains("zz_good") && completions.contains("unshare"));
    world.a(&["help", "zz_good"]).ends(0);
    world.a(&["zz_good"]).ends(0);
    world.a(&["list"]).ends(0);
    world.a(&["zz_endless", "--help"]).says(&["computes too long while it is loaded"]);
    world.a(&["zz_taken"]).ends(2).says(&["--yes is one of Lunette's own options"]);
}

#[test]
fn a_recipe_requires_the_usual_modules_while_it_is_loaded() {
    let world = World::new();
    let modules = [
        "std.list",
        "std.transfer",
        "std.recipe",
        "std.time",
        "glance",
        "task",
        "ui",
        "fs",
        "recipes.list",
        "zz_lib",
    ];
    let requires = modules.map(|module| format!("require '{module}'\n")).concat();
    world.write(
        "recipes/zz_x.lua",
        &format!("{requires} return {{ effects = 'read', run = function() return {{}} end }}"),
    );
    world.write("recipes/zz_lib.lua", "return { effects = 'read', run = print }");
    for look in [&["zz_x", "--help"][..], &["zz_x"], &["help", "zz_x"]] {
        world.a(look).ends(0);
    }
    let listed = world.a(&["recipes", "-f", "value", "-c", "recipe", "-c", "broken"]).ends(0).out;
    assert!(!listed.contains("loading"), "{listed}");
}
