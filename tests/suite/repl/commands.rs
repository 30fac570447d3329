//! What the commands do, by plain lines.

use std::os::unix::fs::PermissionsExt;

use super::{lines, typed};
use crate::world::{World, command};

const SANDBOX: [&str; 1] = ["--sandbox"];

#[test]
fn locals_stay_and_last_values_move_down() {
    let told = lines(
        &World::new(),
        &SANDBOX,
        "local x <const> = 20\nlocal function double(n) return n * 2 end\ndouble(x)\n\
        _ + 2\n_, _1\nx = 1\n.clear\nx\n",
    )
    .ends(0);
    assert_eq!(told.out, "40\n42\n42\n40\nlocals and last values are forgotten; globals stay\n");
    told.says(&["attempt to assign to const variable 'x'", "unknown global 'x'"]);
}

#[test]
fn a_cloud_is_chosen_and_others_stay_what_they_are() {
    let world = World::new();
    let told = lines(
        &world,
        &["--os-cloud", "project-a"],
        "local a = cloud\n.cloud project-b\ncloud.name, a.name\n\
        .cloud projct\ncloud.name\n.format json\n.clouds\n",
    )
    .ends(0);
    assert!(told.out.starts_with("\"project-b\"\n\"project-a\"\n\"project-b\"\n"), "{}", told.out);
    assert!(told.out.contains(r#""cloud": "project-b""#), "{}", told.out);
    told.says(&["no cloud is called projct", "name one of project-a"]);
}

#[test]
fn time_and_trace_tell_of_requests() {
    let told = lines(
        &World::new(),
        &SANDBOX,
        ".time cloud:image 'pfsense'.name\n.time list -f value -c name\n.trace on\ncloud:image 'pfsense'.id\n\
        .trace full\ncloud:image 'pfsense'.id\n.trace off\ncloud:image 'pfsense'.id\n",
    )
    .ends(0);
    assert!(told.out.starts_with("\"pfsense\"\n(0."), "{}", told.out);
    assert!(told.out.contains(" requests)\npfsense\n(0."), "{}", told.out);
    assert_eq!(told.err.matches("GET http").count(), 2, "{}", told.err);
    told.says(&["-> 200 (", "> x-auth-token: (redacted)"]);
}

#[test]
fn a_session_is_saved_as_a_script_and_as_a_recipe_that_run() {
    let world = World::new();
    let told = lines(
        &world,
        &["--os-cloud", "project-a"],
        "local image = cloud:image \"pfsense\"\n\
        nonsense)\nimage.name\nlocal _ = 1\nimage.name\n.save again.lua\n.save again --recipe\n.save again.lua\n.save nowhere/x.lua\n",
    )
    .ends(0);
    told.says(&["again.lua is there already", "there is no folder "]);
    assert_eq!(world.a(&["again.lua"]).ends(0).out, "\"pfsense\"\n\"pfsense\"\n");
    assert_eq!(world.a(&["again", "--image", "pfsense"]).ends(2).code, 2);
    assert_eq!(world.a(&["again", "pfsense"]).ends(0).out, "pfsense\n");
}

#[test]
fn a_recipe_is_saved_of_what_its_arguments_name_and_of_nothing_fixed() {
    let world = World::new();
    let cloud = ["--os-cloud", "project-a", "--write"];
    lines(&world, &cloud, "share pfsense project-b\n.save give --recipe\n").ends(0);
    world.a(&["give", "no-such-image", "project-b"]).ends(3).says(&["no-such-image"]);
    for (text, why) in [
        (".cloud project-b\nlist\n", ".cloud project-b chose a fixed cloud"),
        ("local b = require 'glance'.connect 'project-b'\n", "a fixed cloud"),
        ("local name = 'pfsense'\ncloud:image(name).size\n", "image(name) works on"),
    ] {
        let text = format!("{text}.save other --recipe\n");
        lines(&world, &cloud, &text).says(&["cannot be saved as a recipe", why, "save it as a script"]);
        assert!(!world.path("recipes/other.lua").exists(), "{text}");
    }
    lines(&world, &cloud, "y = list{ mine = true }\n.save other --recipe\n");
    world.a(&["other"]).ends(0);
}

#[test]
fn a_sandbox_of_the_repl_leaves_no_folder_behind() {
    let world = World::new();
    let folder = world.path("tmp");
    std::fs::create_dir(&folder).unwrap();
    let mut repl = command(&world.path(""));
    typed(repl.env("TMPDIR", &folder).args(["--sandbox", "repl"]), "1 + 1\n").ends(0);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    let mut nowhere = command(&world.path(""));
    let nowhere = typed(nowhere.env("TMPDIR", world.path("none")).args(["--sandbox", "repl"]), "");
    nowhere.says(&[
        "the sandbox does not start: no folder for its data can be made in ",
        "/none: ",
        "TMPDIR",
    ]);
}

#[test]
fn a_saved_session_that_speaks_of_secrets_says_so() {
    let text = "local name = 'pfsense'\n.save plain.lua\nlocal password = 'x'\n.save secret.lua\n";
    let world = World::new();
    let told = lines(&world, &SANDBOX, text).ends(0);
    assert_eq!(told.err.matches("look before you share").count(), 1, "{}", told.err);
    let mode = std::fs::metadata(world.path("secret.lua")).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "only its owner reads it");
}

#[test]
fn a_line_with_a_password_of_the_session_is_not_saved() {
    let world = World::new();
    let clouds = std::fs::read_to_string(world.path("clouds.yaml")).unwrap();
    let is_password = |line: &&str| line.trim_start().starts_with("password:");
    let old = clouds.lines().find(is_password).unwrap().trim().to_owned();
    world.write("clouds.yaml", &clouds.replace(&old, "password: zk-41-open-sesame"));
    let text = "cloud:image 'x'\nlocal a = 1\nlocal b = 'zk-41-open-sesame'\nlocal c = 'emstNDEtb3Blbi1zZXNhbWU='\n\
        .save a.lua\n.save clouds.yaml\n";
    let told = lines(&world, &["--os-cloud", "project-a"], text);
    told.says(&[
        "1 line is in ",
        "2 lines are left out: a password or a token",
        "clouds.yaml is there already",
    ]);
    let saved = std::fs::read_to_string(world.path("a.lua")).unwrap();
    assert!(
        saved.contains("local a = 1") && !saved.contains("local b") && !saved.contains("local c"),
        "{saved}"
    );
}

#[test]
fn modules_are_read_anew() {
    let world = World::new();
    world.write("names.lua", "return { first = function() return 'old' end }");
    let text = "local names = require 'names'\nnames.first()\n\
        fs.write('names.lua', \"return { first = function() return 'new' end }\")\n.reload\nnames.first()\n";
    let told = lines(&world, &SANDBOX, text).ends(0);
    assert!(told.out.starts_with("\"old\"\n") && told.out.ends_with("\"new\"\n"), "{told:?}");
    assert!(told.out.contains("read anew: names.lua"), "{told:?}");
}

#[test]
fn a_recipe_is_a_line_of_its_own() {
    let world = World::new();
    let told = lines(
        &world,
        &SANDBOX,
        "share \"pfsense\" \"project-b\" -f value -c status\n_[1].status\n\
        share{ image = 'pfsense', project = 'project-b' }\nshare{ imge = 'pfsense' }\nlist -f value -c name\n\
        list --sandbox\nlocal list = 1\nlist\n",
    )
    .ends(0);
    assert!(told.out.starts_with("pending\n\"pending\"\n+-"), "{}", told.out);
    assert!(told.out.ends_with("pfsense\n1\n"), "{}", told.out);
    told.says(&["unknown argument 'imge' for share", "did you mean 'image'?", "a line takes -f, -c"]);
}

#[test]
fn help_explains_names_values_recipes_and_verbs() {
    let told = lines(
        &World::new(),
        &SANDBOX,
        "?share\n?cloud\nlocal image = cloud:image 'pfsense'\n?image\nimage.update?\n\
        .help std.list.map\n.apropos hash\n?nothing_such\n.apropos nothing_such\n.help .trace\n?.time\n",
    )
    .ends(0);
    for words in [
        "Usage: lunette share",
        "Cloud:images(options)",
        "Image:add_member(project)",
        "Image:update(options)\n",
        "std.list.map(",
        "Image:download(options)",
        ".trace on|full|off",
        ".time CODE",
    ] {
        assert!(told.out.contains(words), "{words} is not in:\n{}", told.out);
    }
    assert!(!told.out.contains("Member:update(options)\n\n"), "{}", told.out);
    told.says(&["there is no help on nothing_such", "nothing that is documented has the word nothing_such"]);
}

#[test]
fn long_values_are_cut_and_more_shows_the_rest() {
    let text = "('x'):rep(200 * 1024 * 1024)\n#_\n\
        (function() local rows = {} for i = 1, 250 do rows[i] = { n = i } end return rows end)()\n\
        .more\n.more\n.more\n";
    let told = lines(&World::new(), &SANDBOX, text).ends(0);
    assert!(told.out.contains("… (209715200 bytes)\n209715200\n"), "{}", &told.out[..3000]);
    for words in
        ["| 100 |", "(150 more; .more shows the next)", "| 200 |", "(50 more;", "| 250 |", "(nothing more)"]
    {
        assert!(told.out.contains(words), "{words} is not in:\n{}", told.out);
    }
    assert!(told.out.len() < 12_000);
}

#[test]
fn an_iterator_that_is_shown_still_gives_all() {
    let text = "for i = 1, 44 do cloud:create_image{ name = ('i%02d'):format(i) } end\n\
        local images = cloud:images{ sort = 'name:asc' }\nimages\n.more\n_:first().name\n.more\n.more\n#images:collect()\nimages\n";
    let told = lines(&World::new(), &SANDBOX, text).ends(0);
    let lines: Vec<&str> = told.out.lines().filter(|line| !line.starts_with(['+', '|'])).collect();
    let more = "(there are more; .more shows the next)";
    assert_eq!(lines, [more, more, "\"i01\"", "(nothing more)", "44", "(nothing)"], "{}", told.out);
    for name in ["| i01 ", "| i20 ", "| i21 ", "| i40 ", "| i44 ", "| pfsense "] {
        assert_eq!(told.out.matches(name).count(), 1, "{name}\n{}", told.out);
    }
}

#[test]
fn the_last_chunk_is_edited_and_run_again() {
    let world = World::new();
    let run = |editor: &str| {
        let mut command = command(&world.path(""));
        command.args(["--sandbox", "repl"]).env("EDITOR", editor);
        typed(&mut command, "1 + 1\n.edit\n")
    };
    assert_eq!(run("sed -i s/1/20/g").ends(0).out, "2\n40\n");
    assert_eq!(run("touch").ends(0).out, "2\n2\n");
    let unsaved = run("true").ends(0);
    assert_eq!(unsaved.out, "2\n");
    unsaved.says(&["nothing was saved"]);
    let failed = run("false").ends(0);
    assert_eq!(failed.out, "2\n");
    failed.says(&["false ended with", "the chunk was not run"]);
    run("").ends(0).says(&["no editor is named", "EDITOR=vi"]);
}

#[test]
fn an_endless_iterator_shows_its_first_rows() {
    let endless =
        "setmetatable({}, { __pairs = function() return function(_, k) return (k or 0) + 1, 'x' end end })";
    let text =
        format!("{endless}\ncoroutine.wrap(function() while true do coroutine.yield(1) end end)\n1 + 1\n");
    let told = lines(&World::new(), &SANDBOX, &text).ends(0);
    assert!(
        told.out.ends_with("\n2\n") && told.out.len() < 100_000,
        "{}",
        &told.out[..told.out.len().min(500)]
    );
}

#[test]
fn a_recipe_is_a_function_inside_of_lua_and_in_what_is_saved() {
    let world = World::new();
    let text = "local image = cloud:image 'pfsense'\n\
        local rows = share{ image = image, project = require 'glance'.connect 'project-b' }\n\
        rows[1].status\nshare { image = 'pfsense', project = 'project-b' }\n\
        #share{ image = 'pfsense', project = { 'project-b', 'project-c' } }\n\
        x = share{ imge = 1 }\nx = share{}\nx = share('pfsense')\n\
        x = unshare{ image = 'pfsense', project = 'project-b' }\n\
        #unshare{ image = 'pfsense', project = 'project-b', yes = true }\n\
        .save again.lua\nlocal share = 5\nshare + 1\n";
    let told = lines(&world, &SANDBOX, text).ends(0);
    assert!(told.out.starts_with("\"pending\"\n+-") && told.out.ends_with("\n2\n1\n6\n"), "{}", told.out);
    told.says(&[
        "unknown argument 'imge' for share",
        "share needs 'image'",
        "share takes one table",
        "confirmation needed: remove project-b's access to image pfsense?",
    ]);
    let saved = std::fs::read_to_string(world.path("again.lua")).unwrap();
    assert_eq!(saved.matches("local function share(args)").count(), 1, "{saved}");
    let mut again = command(&world.path(""));
    let again = typed(again.args(["--sandbox", "again.lua"]), "").ends(0);
    assert!(again.out.starts_with("\"pending\"\n") && again.out.ends_with("2\n1\n"), "{}", again.out);
}
