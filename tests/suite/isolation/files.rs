//! Which files scripts and recipes reach.

use std::fs;

use super::recipe;
use crate::world::World;

const READ: &str = "effects = \"read\"";

#[test]
fn a_recipe_writes_files_only_where_it_declares_that() {
    for (declared, body, code) in [
        ("", "fs.write('out.txt', 'x')", 3),
        ("", "fs.write('out.txt', 'x', { append = true })", 3),
        ("", "cloud:image('pfsense'):download { file = 'out.txt' }", 3),
        (", files = \"none\"", "fs.write('out.txt', 'x')", 3),
        (", files = \"write\"", "fs.write('out.txt', 'x')", 0),
        (", files = \"write\"", "cloud:image('pfsense'):download { file = 'out.txt' }", 0),
    ] {
        let world = World::new();
        recipe(&world, "zz_x", &format!("{READ}{declared}"), body);
        let told = world.a(&["zz_x"]).ends(code);
        assert_eq!(world.path("out.txt").exists(), code == 0, "{declared}: {body}");
        if code != 0 {
            told.says(&["the recipe zz_x declares files = ", "have the recipe declare files = \"write\""]);
        }
    }
}

#[test]
fn a_recipe_reads_no_files_where_it_declares_none() {
    let world = World::new();
    world.write("data.txt", "x");
    for body in
        ["fs.read 'data.txt'", "fs.list()", "fs.exists 'data.txt'", "for _ in fs.lines 'data.txt' do end"]
    {
        recipe(&world, "zz_x", &format!("{READ}, files = \"none\""), body);
        world.a(&["zz_x"]).ends(3).says(&["declares files = \"none\""]);
    }
    recipe(
        &world,
        "zz_x",
        "effects = \"write\", files = \"none\"",
        "cloud:create_image { name = 'x', file = 'data.txt' }",
    );
    world.a(&["zz_x"]).ends(3).says(&["declares files = \"none\""]);
}

#[test]
fn a_nested_recipe_reaches_no_more_files_than_the_one_around_it() {
    let world = World::new();
    recipe(&world, "zz_inner", &format!("{READ}, files = \"write\""), "fs.write('out.txt', 'x')");
    recipe(&world, "zz_outer", READ, "require 'std.recipe'.run('zz_inner', cloud)");
    world.a(&["zz_outer"]).ends(3).says(&["the recipe zz_outer declares files = \"read\""]);
    assert!(!world.path("out.txt").exists());
    world.a(&["--read-only", "zz_inner"]).ends(3).says(&["--read-only"]);
    assert!(!world.path("out.txt").exists());
}

#[test]
fn an_argument_of_type_path_opens_that_file_wherever_it_is() {
    let world = World::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let file = elsewhere.path().join("list.txt");
    fs::write(&file, "named").unwrap();
    fs::write(elsewhere.path().join("other.txt"), "other").unwrap();
    let (named, other) =
        (file.display().to_string(), elsewhere.path().join("other.txt").display().to_string());
    let body = "return { read = fs.read(args.file), other = (pcall(fs.read, (args.file:gsub('list', 'other')))), \
                written = (pcall(fs.write, args.file, 'x')) }";
    for declared in ["files = \"none\"", "files = \"read\""] {
        recipe(&world, "zz_x", &format!("{READ}, {declared}"), body);
        let told = world.a(&["zz_x", &named, "-f", "json"]).ends(0);
        let told: serde_json::Value = serde_json::from_str(&told.out).unwrap();
        assert_eq!(told, serde_json::json!({ "other": false, "read": "named", "written": false }));
    }
    recipe(&world, "zz_x", &format!("{READ}, files = \"write\""), "fs.write(args.file, 'written')");
    world.a(&["zz_x", &named]).ends(0);
    assert_eq!(fs::read_to_string(&file).unwrap(), "written");
    // A script hands on no more than it may reach itself.
    let script = format!("require 'std.recipe'.run('zz_x', cloud, {{ file = '{other}' }})");
    world.a(&["-e", &script]).ends(2).says(&["is not under the working folder"]);
}

#[test]
fn a_default_of_a_path_argument_opens_no_file_elsewhere() {
    let (world, elsewhere) = (World::new(), tempfile::tempdir().unwrap());
    let file = elsewhere.path().join("hook");
    let path = format!("\"{}\"", file.display());
    for (many, default) in [("", path.clone()), ("many = true,", format!("{{ {path} }}"))] {
        let text = format!(
            "--- A test.\nreturn {{ {READ}, files = \"write\", \
             args = {{ {{ \"--out\", type = \"path\", {many} default = {default} }} }}, \
             run = function(_, args) fs.write({path}, 'x') end }}\n"
        );
        world.write("recipes/zz_x.lua", &text);
        world.a(&["zz_x"]).ends(2).says(&["is not under the working folder"]);
        assert!(!file.exists(), "{many}");
        world.a(&["zz_x", "--out", "other.txt"]).ends(2);
    }
    assert!(!file.exists());
}

#[test]
fn a_script_opens_no_file_as_a_certificate_or_key() {
    let world = World::new();
    for key in ["cert", "key", "os_cert", "OS_KEY"] {
        let code = format!("require('glance').connect {{ cloud = 'project-a', {key} = '/etc/hostname' }}");
        world.a(&["-e", &code]).ends(2).says(&["a script may not set", "names a file of credentials"]);
    }
}

#[test]
fn closed_files_stay_closed_by_every_way() {
    let world = World::new();
    for (name, text) in
        [(".ssh/id", "key"), (".bashrc", "x"), ("admin-openrc.sh", "x"), ("recipes/zz_y.lua", "x")]
    {
        world.write(name, text);
    }
    std::os::unix::fs::symlink(".ssh", world.path("keys")).unwrap();
    for call in [
        "fs.read '.ssh/id'",
        "fs.read 'keys/id'",
        "fs.list '.ssh'",
        "fs.write('.bashrc', 'x')",
        "fs.read 'admin-openrc.sh'",
        "fs.read 'clouds.yaml'",
        "fs.write('recipes/zz_y.lua', 'return {}')",
        "fs.remove 'recipes/zz_y.lua'",
        "fs.list '.config/lunette'",
        "cloud:create_image { name = 'x', file = '.ssh/id' }",
        "cloud:create_image { name = 'x', file = 'keys/id' }",
        "cloud:image('pfsense'):download { file = '.bashrc', overwrite = true }",
        "cloud:image('pfsense'):download { file = 'recipes/list.lua' }",
        "cloud:image('pfsense'):download { file = 'keys/new' }",
    ] {
        world.a(&["-e", call]).ends(2).says(&["is closed to scripts", "--trust"]);
    }
    for path in [".bashrc", ".ssh/id", "keys/id", "clouds.yaml"] {
        recipe(&world, "zz_x", READ, "return fs.read(args.file)");
        world.a(&["zz_x", path]).ends(2).says(&["is closed to scripts"]);
    }
    assert_eq!(fs::read_to_string(world.path(".bashrc")).unwrap(), "x");
    assert_eq!(world.a(&["--trust", "-e", "fs.read '.ssh/id'"]).ends(0).out, "\"key\"\n");
}

#[test]
fn lunettes_own_folders_are_closed_wherever_they_are() {
    let world = World::new();
    let folders = ["config", "state", "cache"];
    for folder in folders {
        world.write(&format!("xdg/{folder}/lunette/a"), "x");
    }
    let home = world.path("xdg");
    let variables = [
        ("XDG_CONFIG_HOME", home.join("config")),
        ("XDG_STATE_HOME", home.join("state")),
        ("XDG_CACHE_HOME", home.join("cache")),
    ];
    let variables = variables.map(|(name, path)| (name, path.display().to_string()));
    let variables: Vec<_> = variables.iter().map(|(name, path)| (*name, path.as_str())).collect();
    for folder in folders {
        let call = format!("fs.write('xdg/{folder}/lunette/a', 'y')");
        world.run(&["-e", &call], &variables).ends(2).says(&["Lunette's own files"]);
    }
}

#[test]
fn a_script_reads_no_key_that_an_entry_of_clouds_yaml_or_an_option_names() {
    let world = World::new();
    let clouds = fs::read_to_string(world.path("clouds.yaml")).unwrap();
    let other = "  other:\n    auth: {auth_url: 'http://127.0.0.1:1'}\n    cert: mine/certificate\n    key: mine/one\n";
    world.write("clouds.yaml", &format!("{clouds}{other}"));
    for name in ["certificate", "one", "two", "free"] {
        world.write(&format!("mine/{name}"), "PRIVATE");
    }
    fs::hard_link(world.path("mine/one"), world.path("hard")).unwrap();
    std::os::unix::fs::symlink("mine/two", world.path("link")).unwrap();
    for (name, code) in [
        ("mine/certificate", 2),
        ("mine/one", 2),
        ("hard", 2),
        ("mine/two", 2),
        ("link", 2),
        ("mine/free", 0),
    ] {
        let read = format!("print(fs.read '{name}')");
        for run in [
            world.a(&["--os-key", "mine/two", "-e", &read]),
            world.run(&["-e", &read], &[("OS_KEY", "mine/two")]),
        ] {
            assert_eq!(run.ends(code).out.contains("PRIVATE"), code == 0, "{name}");
        }
        let upload = format!("cloud:create_image {{ name = 'k', file = '{name}' }}");
        let told = world.run(&["--os-cloud", "project-a", "-e", &upload], &[("OS_KEY", "mine/two")]);
        assert_eq!(told.err.contains("holds credentials"), code != 0, "{name}: {}", told.err);
    }
}

#[test]
fn a_certificate_without_an_end_is_refused() {
    let world = World::new();
    let told = world.a(&["--os-cacert", "/dev/zero", "list"]).ends(2);
    told.says(&["cacert /dev/zero cannot be read: it is no regular file", "OS_CACERT"]);
}
