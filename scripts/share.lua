--- Shares one image with other projects.
---
--- Each project becomes a member: "pending" until its own side runs `accept`, or "accepted" at once with
--- --accept. A private image is made `shared` first, which revives members it had before. Members that are
--- there stay as they are, so it may be repeated; what fails half way says what was done, and running it
--- again finishes the job.
---
--- Raises: not_found (image, or a project that cannot be verified), forbidden (not the owner), conflict (the
--- image is public or community), limit (member quota), usage (the project owns the image).
--- Source: glance/api/v2/image_members.py, ImageMembersController.create.
local fail = require "std.fail"
local glance = require "glance"
local list = require "std.list"
local try = require "std.try"
local ui = require "ui"

local share = {
  effects = "write",
  files = "none",
  columns = { "image_id", "member_id", "status" },
  args = {
    { "image", help = "image, by name or ID" },
    { "project", many = true, help = "project, by ID, name or clouds.yaml entry" },
    { "--accept", help = "accept as each project, with its own clouds.yaml entry" },
    { "--unverified", help = "add the project as it is written, even if it cannot be verified" },
  },
}

--- Finds the project, and with `accept` the cloud that speaks for it, in the region where the image is.
local function recipient(cloud, image, ref, args)
  local project, err = try(cloud.project, cloud, ref)
  if not project then
    if args.unverified and not args.accept and err.kind == "not_found" then return { ref = ref, id = ref } end
    error(err)
  end
  if project.id == image.owner then
    fail("usage", ("project %s owns image %s: it cannot be shared with its owner"):format(ref, image.id), {
      advice = "name other projects",
    })
  end
  if not args.accept then return { ref = ref, id = project.id } end
  if not project.cloud then
    fail(
      "config",
      ("no clouds.yaml entry logs in to project %s, so nobody can accept for it"):format(project.id),
      {
        advice = "add such an entry, or share without --accept and let that project run `lunette accept`",
      }
    )
  end
  return {
    ref = ref,
    id = project.id,
    cloud = glance.connect { cloud = project.cloud, region = cloud.region },
  }
end

--- Makes the image `shared`; takes a published one back only when told to.
local function make_shared(image, yes)
  if image.visibility ~= "private" and not yes then
    fail(
      "conflict",
      ("image %s is %s, and sharing it would hide it from all but its members"):format(
        image.id,
        image.visibility
      ),
      { advice = "every project can use it as it is; add --yes to make it shared all the same" }
    )
  end
  return image:update { visibility = "shared" }
end

--- Adds one member, or finds it there; accepts where a cloud speaks for it, and sees the image through its
--- eyes. Each status that it reaches is noted in `done`.
local function share_with(image, project, done)
  local member, err = try(image.add_member, image, project.id)
  if err and err.kind ~= "conflict" then error(err) end
  member = member or image:member(project.id)
  local place = #done + 1
  done[place] = project.ref .. " " .. member.status
  if not project.cloud then return member end
  local seen = project.cloud:image(image.id)
  if member.status ~= "accepted" then member = seen:accept() end
  done[place] = project.ref .. " " .. member.status
  return member
end

function share.run(cloud, args)
  local image = cloud:image(args.image)
  local projects = list.unique(
    list.map(args.project, function(ref)
      return recipient(cloud, image, ref, args)
    end),
    "id"
  )
  local members, done = {}, {}
  if image.visibility ~= "shared" then
    local was_private = image.visibility == "private"
    image = make_shared(image, args.yes)
    if was_private then
      ui.note(
        ("image %s was private and is now shared; members it already had can see it again"):format(
          image.name or image.id
        )
      )
    end
    done[1] = "image made shared"
  end
  for i, project in ipairs(projects) do
    local member, err = try(share_with, image, project, done)
    if not member then fail.partly(err, done, list.map(list.drop(projects, i - 1), "ref")) end
    members[i] = member
  end
  return members
end

return share
