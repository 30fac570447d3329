--- Copies one image to another project, region or cloud, which then owns it.
---
--- The data go from cloud to cloud without touching a disk here, or from server to server where both ends
--- can, and are compared by their hashes at the end. Name, formats, tags, properties, `os_hidden` and
--- `protected` come along; members with --members. What is killed half way goes on when it is run again, and
--- a copy that is there is left alone, so it may be repeated.
---
--- Raises: not_found (image; a member that is no project there), conflict (it is not active), usage (the
--- project owns this image already; unknown store or method), forbidden (no right to create there; a property
--- that is protected there: --without it; --members of an image that another project owns), invalid (a format
--- that is not taken there; an image that is encrypted with a key of its cloud, or boots with another image:
--- --without the properties that say so), limit (quota), integrity (the data came out different).
--- Source: glance/api/v2/image_data.py, ImageDataController; images.py, ImagesController.import_image.
local fail = require "std.fail"
local glance = require "glance"
local list = require "std.list"
local sharing = require "std.sharing"
local transfer = require "std.transfer"
local try = require "std.try"
local ui = require "ui"

local copy = {
  effects = "write",
  files = "none",
  columns = { "id", "name", "status", "visibility", "owner", "size" },
  args = {
    { "image", help = "image, by name or ID" },
    {
      "--to",
      value = "CLOUD",
      help = "clouds.yaml entry of the project that gets the copy; the same unless named",
    },
    { "--region", value = "REGION", help = "region that gets the copy" },
    { "--name", value = "NAME", help = "what the copy is called" },
    { "--store", value = "STORE", help = "store that its data go to; of the image itself where it stays" },
    {
      "--visibility",
      choices = { "private", "shared", "community", "public" },
      help = "who sees the copy; its project alone unless named",
    },
    { "--members", help = "share the copy with the projects that the image is shared with" },
    {
      "--method",
      choices = { "stream", "glance-download" },
      help = "the one way to go: through this machine, or from server to server; whatever serves unless named",
    },
    { "--without", value = "PROPERTY", many = true, help = "custom property that the copy does not get" },
  },
}

--- What a person is told of data that were not sent now.
local NOTES = {
  there = "nothing to send: an earlier run made this copy, image %s",
  resumed = "nothing to send: an earlier run sent the data of image %s, and this one finished it",
}

--- The projects that the image is shared with; the one that owns the copy needs no share.
local function members(cloud, image, target)
  if image.visibility ~= "shared" then
    ui.note(
      ("image %s is %s: it has no members, and neither has the copy"):format(image.id, image.visibility)
    )
    return {}
  end
  if not sharing.shows_all(cloud, image) then
    fail("forbidden", ("only its owner sees which projects image %s is shared with"):format(image.id), {
      advice = "leave --members out, or name the owner's entry of clouds.yaml by --os-cloud and this one by --to",
    })
  end
  return list.difference(list.map(image:members(), "member_id"), { target.project_id })
end

function copy.run(cloud, args)
  local image = cloud:image(args.image)
  local to = args.to or cloud.name
  local target =
    glance.connect { cloud = to, region = args.region or (to == cloud.name and cloud.region or nil) }
  local is_here = target.endpoint == cloud.endpoint and target.project_id == image.owner
  if is_here and (args.name or image.name) == image.name then
    if args.store then return transfer.spread(image, args.store) end
    fail("usage", ("image %s belongs to %s already"):format(image.id, target.project_name or to), {
      advice = "name another project by --to, another region by --region, another name by --name, or a --store",
    })
  end
  local via = try(glance.connect, { cloud = to, region = cloud.region })
  local made, how = transfer.copy(image, target, {
    name = args.name,
    store = args.store,
    members = args.members and members(cloud, image, target) or nil,
    visibility = args.visibility,
    method = args.method,
    via = via,
    without = args.without,
  })
  if NOTES[how] then ui.note(NOTES[how]:format(made.id)) end
  return made
end

return copy
