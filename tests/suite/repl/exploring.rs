//! Completion of what only the REPL knows.

use super::screen::Screen;
use crate::world::World;

/// Types this, and Tab, and reads until the line has become that.
#[track_caller]
fn completes(screen: &mut Screen, typed: &str, whole: &str) {
    screen.types(typed);
    screen.types("\t");
    screen.shows(&format!("lunette project-a> {whole}"));
    screen.control('c');
    screen.asks("lunette project-a> ");
}

#[test]
fn options_modules_clouds_images_recipes_and_commands_are_completed() {
    let world = World::new();
    let mut screen = Screen::of(&world);
    screen.takes("local image = cloud:image 'pfsense'");
    for (typed, whole) in [
        ("x = cloud:images{ visi", "x = cloud:images{ visibility = "),
        ("image:update{ name = 'a', os_h", "image:update{ name = 'a', os_hidden = "),
        ("share{ proj", "share{ project = "),
        ("require \"std.si", "require \"std.size"),
        ("require 'recipes.sh", "require 'recipes.share"),
        ("glance = require 'glance'.connect 'project-b", "glance = require 'glance'.connect 'project-b"),
        ("share pfsense --acc", "share pfsense --accept"),
        ("list --offers --for", "list --offers --format"),
        ("list -f js", "list -f json"),
        ("list --format=y", "list --format=yaml"),
        (".time share{ proj", ".time share{ project = "),
        (".time cloud:create_im", ".time cloud:create_image"),
        (".help .relo", ".help .reload"),
        ("unsh", "unshare"),
        (".relo", ".reload"),
        (".cloud project-c", ".cloud project-c"),
        ("?image:add_m", "?image:add_member"),
        ("?std.list.sort", "?std.list.sort_by"),
    ] {
        completes(&mut screen, typed, whole);
    }
}

#[test]
fn images_are_completed_by_name_and_by_id_once_they_are_known() {
    let world = World::new();
    let mut screen = Screen::of(&world);
    screen.takes("cloud.name");
    // They are fetched while nobody types: whoever asks too early asks again.
    let line = "lunette project-a> cloud:image \"pf";
    screen.types("cloud:image \"pf");
    screen.shows(line);
    while !screen.tabs_to(&format!("{line}sense")) {}
    screen.control('c');
    screen.asks("lunette project-a> ");
    completes(&mut screen, "cloud:image '1bea47", "cloud:image '1bea47ed-f6a9-463b-b423-14b9cca9ad27");
    completes(&mut screen, "share pfs", "share pfsense");
}
