//! Messages that say what to do next: who must act, by which command, and where Lua went wrong.

use crate::repl::lines;
use crate::world::World;

#[test]
fn an_owner_who_accepts_is_told_that_the_member_must_and_how() {
    let world = World::new();
    let made = "local i = cloud:image 'pfsense' i:update { visibility = 'shared' } i:add_member(cloud:project('project-b').id)";
    world.a(&["-e", made]).ends(0);
    let accept = world.a(&["accept", "pfsense"]).ends(3);
    accept.says(&[
        "image 'pfsense' is this project's own",
        "each member",
        "lunette --os-cloud ENTRY accept 1bea47ed-",
    ]);
    world.a(&["-e", "cloud:image('pfsense'):accept()"]).ends(3).says(&[
        "is no member of the image, and an owner cannot accept for a member",
        "lunette --os-cloud ENTRY accept 1bea47ed-",
    ]);
    let member = "for member in cloud:image('pfsense'):members() do member:accept() end";
    world
        .a(&["-e", member])
        .ends(3)
        .says(&["only the member can accept or reject: with the clouds.yaml entry of project"]);
    world.b(&["accept", "pfsense"]).ends(0);
}

#[test]
fn a_verb_of_another_client_leads_to_its_help() {
    let world = World::new();
    for verb in ["delete", "image-list", "member-create", "upload"] {
        let told = world.a(&[verb, "x"]).ends(2);
        told.says(&[&format!("`lunette help {verb}` shows what it is called in Lua")]);
        world.a(&["help", verb]).ends(0);
    }
    world.a(&["lst"]).ends(2).says(&["did you mean list?"]);
}

#[test]
fn an_error_of_lua_shows_its_line_and_a_next_step() {
    let world = World::new();
    for (script, line, next) in [
        ("local x\nprint(x.name)", "2 | print(x.name)", "'x' is nil there"),
        ("\nos.execute('ls')", "2 | os.execute('ls')", "os.execute is closed to scripts; --trust opens it"),
        ("print(1 + nil)", "1 | print(1 + nil)", "give it a default"),
        ("cloud:image(nil)", "", "`lunette help image` tells what it takes"),
        ("-- x\n.write on", "2 | .write on", "commands of the REPL"),
    ] {
        world.write("job.lua", script);
        let told = world.a(&["job.lua"]);
        assert!(told.err.contains(line) && told.err.contains(next), "{script}\n{}", told.err);
        let told = world.a(&["-e", script]);
        assert!(told.err.contains(line) && told.err.contains(next), "{script}\n{}", told.err);
    }
    // A chunk that takes another file's name shows nothing of that file.
    world.write("job.lua", "load('\\n\\n\\nlocal x = nil .. 1', '@clouds.yaml')()");
    let told = world.a(&["job.lua"]).ends(1);
    assert!(told.err.contains("clouds.yaml:4") && !told.err.contains("4 |"), "{}", told.err);
}

#[test]
fn a_name_that_no_recipe_can_have_is_refused_before_anything_is_saved() {
    let world = World::new();
    for (name, why) in [
        ("list.x", "'list.x' is no file for a recipe"),
        ("x/", "'x/' is no file for a recipe"),
        ("some/x", "'some/x' is no file for a recipe"),
        ("1st", "'1st' is no name for a recipe"),
        ("some/1st.lua", "'1st' is no name for a recipe"),
        ("-x", "'-x' is no name for a recipe"),
        (".lua", "'.lua' is no name for a recipe"),
        ("help", "`lunette help` is a command"),
        ("nowhere/ok.lua", "there is no folder"),
    ] {
        let told = lines(&world, &["--os-cloud", "project-a"], &format!("1 + 1\n.save {name} --recipe\n"));
        told.says(&[why]);
        assert!(!world.path("recipes").exists(), "{name}");
    }
    lines(&world, &["--os-cloud", "project-a"], "1 + 1\n.save ok --recipe\n").says(&["1 line is in"]);
    assert!(world.path("recipes/ok.lua").exists());
}

#[test]
fn a_wrong_word_or_value_is_told_with_what_to_do() {
    let world = World::new();
    std::fs::create_dir(world.path("folder")).unwrap();
    let folder = world.path("folder").display().to_string();
    for (args, says) in [
        (&["folder"][..], "folder is a folder, not a script"),
        (&["./folder"], "./folder is a folder, not a script"),
        (&["no.lua"], "paths are relative to the working folder"),
        (&[""], "'' is neither a command"),
        (&["--timeout", "-1", "list"], "must be a number of seconds greater than 0"),
        (&["--max-width", "x", "list"], "must be a whole number from 0 to 65535"),
        (&["sandbox", "--port", "99999"], "must be a whole number from 0 to 65535"),
        (&["sandbox", "--state", &folder], "the state of the sandbox cannot be kept in"),
        (&["sandbox", "--state", "no/x"], "in a folder that exists"),
        (&["--max-memory", "1", "-e", "1"], "raise --max-memory"),
        (&["test", "nope"], "name files that end in _spec.lua"),
        (&["recipes", "export", "/proc/x"], "name a file that you may write"),
        (&["sandbox", "--clouds-yaml", "no/x"], "in a folder that you may write to"),
        (&["--sandbox", "-e", "cloud:create_image { file = 'no.raw' }"], "check the path"),
    ] {
        world.a(args).ends(2).says(&[says]);
    }
}

#[test]
fn a_declaration_that_takes_too_much_memory_is_not_told_to_raise_max_memory() {
    let world = World::new();
    let recipe = "local t = {} for i = 1, 1e7 do t[i] = { i } end return { effects = 'read', run = print }";
    world.write("recipes/large.lua", recipe);
    let told = world.a(&["large"]).ends(1).says(&["32 MiB", "compute in the recipe's run function"]);
    assert!(!told.err.contains("--max-memory"), "{}", told.err);
}

#[test]
fn a_clouds_yaml_that_cannot_be_read_is_told_to_be_made_readable() {
    let world = World::new();
    std::fs::remove_file(world.path("clouds.yaml")).unwrap();
    std::fs::create_dir(world.path("clouds.yaml")).unwrap();
    world.run(&["list"], &[]).ends(2).says(&["was passed over", "make that a file that this user can read"]);
}
