//! What people read: whole outputs of the stock recipes, stdout, stderr and exit code together.

use insta::internals::SettingsBindDropGuard;

use crate::world::World;

/// The longest line of stderr in a transcript.
const WIDTH: usize = 96;

/// Commands and all that each printed: stderr is marked by `!` and wrapped, and the exit code stands last.
fn transcript(world: &World, commands: &[&str]) -> String {
    let mut text = String::new();
    for line in commands {
        let told = world.run(&line.split(' ').collect::<Vec<_>>(), &[]);
        text.extend(["$ lunette ", line, "\n", &told.out]);
        let mut column = 0;
        for word in told.err.split_inclusive(' ').flat_map(|words| words.split_inclusive('\n')) {
            if column == 0 || column + word.trim_end().len() > WIDTH {
                text += if column == 0 { "! " } else { "\n!     " };
                column = 2;
            }
            text += word;
            column = if word.ends_with('\n') { 0 } else { column + word.len() };
        }
        text.extend(["[", &told.code.to_string(), "]\n"]);
    }
    let text = text.replace(&world.path("").display().to_string(), "<folder>/");
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// Replaces what no two runs have in common: IDs of images, times, ports.
fn filters() -> SettingsBindDropGuard {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>");
    settings.add_filter(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "<time>");
    settings.add_filter(r"127\.0\.0\.1:\d+", "<server>");
    settings.bind_to_scope()
}

#[test]
fn the_guide_reads_as_the_manual_shows_it() {
    let (world, _filters) = (World::new(), filters());
    let told = transcript(
        &world,
        &[
            "--os-cloud project-a share pfsense project-b",
            "--os-cloud project-b list --offers -c name -c owner -c member_status",
            "--os-cloud project-b accept pfsense",
            "--os-cloud project-a share pfsense project-b --accept",
            "--os-cloud project-a list --members pfsense -c member_id -c status",
            "--os-cloud project-a unshare pfsense project-b",
            "--os-cloud project-a unshare pfsense project-b --yes",
            "--os-cloud project-a unshare pfsense project-b --yes",
            "--os-cloud project-b list --offers -c name -c owner -c member_status",
        ],
    );
    insta::assert_snapshot!(told, @r#"
    $ lunette --os-cloud project-a share pfsense project-b
    +--------------------------------------+----------------------------------+---------+
    | image_id                             | member_id                        | status  |
    +--------------------------------------+----------------------------------+---------+
    | <id> | 35c9f3f0a6d54d0c8e4b7d1f2a90bab3 | pending |
    +--------------------------------------+----------------------------------+---------+
    ! image pfsense was private and is now shared; members it already had can see it again
    [0]
    $ lunette --os-cloud project-b list --offers -c name -c owner -c member_status
    +---------+----------------------------------+---------------+
    | name    | owner                            | member_status |
    +---------+----------------------------------+---------------+
    | pfsense | 81a6b099ae4f4f1ebe3b483842eab373 | pending       |
    +---------+----------------------------------+---------------+
    [0]
    $ lunette --os-cloud project-b accept pfsense
    +--------------------------------------+----------------------------------+----------+
    | image_id                             | member_id                        | status   |
    +--------------------------------------+----------------------------------+----------+
    | <id> | 35c9f3f0a6d54d0c8e4b7d1f2a90bab3 | accepted |
    +--------------------------------------+----------------------------------+----------+
    [0]
    $ lunette --os-cloud project-a share pfsense project-b --accept
    +--------------------------------------+----------------------------------+----------+
    | image_id                             | member_id                        | status   |
    +--------------------------------------+----------------------------------+----------+
    | <id> | 35c9f3f0a6d54d0c8e4b7d1f2a90bab3 | accepted |
    +--------------------------------------+----------------------------------+----------+
    [0]
    $ lunette --os-cloud project-a list --members pfsense -c member_id -c status
    +----------------------------------+----------+
    | member_id                        | status   |
    +----------------------------------+----------+
    | 35c9f3f0a6d54d0c8e4b7d1f2a90bab3 | accepted |
    +----------------------------------+----------+
    [0]
    $ lunette --os-cloud project-a unshare pfsense project-b
    ! project-b (35c9f3f0a6d54d0c8e4b7d1f2a90bab3) will lose image pfsense; its servers could not be
    !     checked: the catalogue has no compute service, only identity, image
    ! lunette: usage: confirmation needed: remove project-b's access to image pfsense? (a yes lets
    !     the recipe 'unshare' delete). Add --yes.
    [2]
    $ lunette --os-cloud project-a unshare pfsense project-b --yes
    +--------------------------------------+----------------------------------+----------+-----------+
    | image_id                             | member_id                        | was      | servers   |
    +--------------------------------------+----------------------------------+----------+-----------+
    | <id> | 35c9f3f0a6d54d0c8e4b7d1f2a90bab3 | accepted | unchecked |
    +--------------------------------------+----------------------------------+----------+-----------+
    ! project-b (35c9f3f0a6d54d0c8e4b7d1f2a90bab3) will lose image pfsense; its servers could not be
    !     checked: the catalogue has no compute service, only identity, image
    [0]
    $ lunette --os-cloud project-a unshare pfsense project-b --yes
    +----------+-----------+-----+---------+
    | image_id | member_id | was | servers |
    +----------+-----------+-----+---------+
    +----------+-----------+-----+---------+
    ! nothing to do: the image is shared with none of these projects
    [0]
    $ lunette --os-cloud project-b list --offers -c name -c owner -c member_status
    +------+-------+---------------+
    | name | owner | member_status |
    +------+-------+---------------+
    +------+-------+---------------+
    [0]
    "#);
}

#[test]
fn mistakes_are_answered_by_what_to_do_next() {
    let (world, _filters) = (World::new(), filters());
    let told = transcript(
        &world,
        &[
            "--os-cloud project-a share pfsens project-b",
            "--os-cloud project-a share pfsense project-x",
            "--os-cloud project-a share pfsense project-a",
            "--os-cloud project-a share pfsense",
            "--os-cloud project-b accept nothing",
            "--os-cloud project-c accept pfsense",
            "--os-cloud project-x list",
            "--os-cloud project-a --read-only share pfsense project-b",
            "--os-cloud project-a-reader share pfsense project-b",
        ],
    );
    insta::assert_snapshot!(told, @r#"
    $ lunette --os-cloud project-a share pfsens project-b
    ! lunette: not_found: cloud project-a (project-a) sees no image with ID or name 'pfsens'
    !   `lunette list` shows its own images, `lunette list --offers` what others share with it; a
    !     hidden one is found by its ID only
    [3]
    $ lunette --os-cloud project-a share pfsense project-x
    ! lunette: project: not_found: cannot verify that project 'project-x' exists: Keystone does not
    !     let this user look up projects by name
    !   did you mean the clouds.yaml entry 'project-a'?
    [3]
    $ lunette --os-cloud project-a share pfsense project-a
    ! lunette: usage: project project-a owns image <id>: it cannot
    !     be shared with its owner
    !   name other projects
    [2]
    $ lunette --os-cloud project-a share pfsense
    ! error: the following required arguments were not provided:
    !   <PROJECT>...
    !
    ! Usage: lunette share <IMAGE> <PROJECT>...
    !
    ! For more information, try '--help'.
    [2]
    $ lunette --os-cloud project-b accept nothing
    ! lunette: not_found: no image 'nothing' is offered to project-b
    !   `lunette list --offers` shows what is; its owner may have to share it first
    [3]
    $ lunette --os-cloud project-c accept pfsense
    ! lunette: not_found: no image 'pfsense' is offered to project-c
    !   `lunette list --offers` shows what is; its owner may have to share it first
    [3]
    $ lunette --os-cloud project-x list
    ! lunette: config: no cloud is called project-x: <folder>/clouds.yaml has 11 others
    !   did you mean project-a?
    [2]
    $ lunette --os-cloud project-a --read-only share pfsense project-b
    ! lunette: forbidden: share modifies the cloud, which --read-only forbids
    !   run it without --read-only
    [3]
    $ lunette --os-cloud project-a-reader share pfsense project-b
    ! lunette: PATCH /v2/images/<id>: 403 forbidden: You are not
    !     authorized to complete modify_image action. (req-<id>)
    [3]
    "#);
}
