--- Lists this project's images, what is offered to it, or whom it shares with.
---
--- Without an option: the project's own images. --offers: what other projects share with it, whose it is, and
--- whether it was accepted; hidden images too. --shared: each own image that has members, hidden ones too,
--- one row a member. --members: the members of one image.
---
--- Raises: not_found (image), forbidden (members of an image that is not shared).
--- Source: glance/api/v2/images.py, ImagesController.index.
local fail = require "std.fail"
local sharing = require "std.sharing"
local task = require "task"
local ui = require "ui"

local recipe = {
  effects = "read",
  files = "none",
  args = {
    { "--offers", help = "images that other projects share with this one" },
    { "--from", value = "PROJECT", help = "with --offers: only what this project shares" },
    { "--shared", help = "own images and whom they are shared with" },
    { "--members", value = "IMAGE", help = "members of one image, by name or ID" },
  },
}

local function offers(cloud, from)
  local rows = {}
  for _, status in ipairs { "pending", "accepted", "rejected" } do
    for _, hidden in ipairs { false, true } do
      for image in cloud:offers { from = from, status = status, os_hidden = hidden } do
        rows[#rows + 1] =
          { id = image.id, name = image.name, owner = image.owner, member_status = status, size = image.size }
      end
    end
  end
  return rows, { "id", "name", "owner", "member_status", "size" }
end

local function shared(cloud)
  local images = {}
  for _, hidden in ipairs { false, true } do
    for image in cloud:images { owner = cloud.project_id, visibility = "shared", os_hidden = hidden } do
      images[#images + 1] = image
    end
  end
  local members = task.parallel(images, function(image)
    local ok, members = pcall(function()
      return image:members():collect()
    end)
    if ok then return members end
    if members.kind ~= "not_found" then error(members) end
    return {} -- deleted since it was listed
  end)
  local rows = {}
  for i, image in ipairs(images) do
    for _, member in ipairs(members[i]) do
      rows[#rows + 1] =
        { id = image.id, name = image.name, member_id = member.member_id, member_status = member.status }
    end
  end
  return rows, { "id", "name", "member_id", "member_status" }
end

--- The members of one image. A member is shown its own row only, so what looks like that is looked into.
local function members(cloud, ref)
  local rows = cloud:members(ref):collect()
  local is_own = #rows == 0 or #rows == 1 and rows[1].member_id == cloud.project_id
  if is_own and not sharing.shows_all(cloud, cloud:image(ref)) then
    ui.note(
      ("only its owner sees all members of image %s; of them, this is project %s's own row"):format(
        ref,
        cloud.project_name or cloud.name
      )
    )
  end
  return rows, { "image_id", "member_id", "status", "updated_at" }
end

function recipe.run(cloud, args)
  local chosen = (args.offers and 1 or 0) + (args.shared and 1 or 0) + (args.members and 1 or 0)
  if chosen > 1 then fail("usage", "--offers, --shared and --members are three lists: choose one") end
  if args.from and not args.offers then fail("usage", "--from goes with --offers") end
  if args.offers then return offers(cloud, args.from) end
  if args.shared then return shared(cloud) end
  if args.members then return members(cloud, args.members) end
  return cloud:images({ owner = cloud.project_id }):collect(),
    { "id", "name", "status", "visibility", "size" }
end

return recipe
