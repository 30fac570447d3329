--- Accepts images that other projects offer to this one.
---
--- An accepted image shows in this project's lists. Offers are found by name or ID, pending and rejected ones
--- too; what is accepted already stays as it is, so it may be repeated. With --reject they are turned down: a
--- rejected image shows in no list, yet stays usable by its ID until its owner removes the member.
---
--- Raises: not_found (no such offer), forbidden (an image of its own), ambiguous (several offers of that
--- name), usage (nothing chosen).
--- Source: glance/api/v2/image_members.py, ImageMembersController.update.
local fail = require "std.fail"
local list = require "std.list"
local try = require "std.try"

local accept = {
  effects = "write",
  files = "none",
  columns = { "image_id", "member_id", "status" },
  args = {
    { "image", many = true, optional = true, help = "image that is offered, by name or ID" },
    { "--from", value = "PROJECT", help = "only what this project offers, by ID, name or clouds.yaml entry" },
    { "--all", help = "every offer that is still pending" },
    { "--reject", help = "reject instead of accept" },
  },
}

--- The one offer that is meant by a name or an ID.
local function offered(cloud, ref, from)
  local offers = cloud:offers({ from = from, image = ref }):collect()
  if #offers == 0 then offers = cloud:offers({ from = from, image = ref, os_hidden = true }):collect() end
  if #offers == 1 then return offers[1] end
  local ids = list.map(offers, function(image)
    return ("%s of %s, from %s"):format(image.id, image.owner, image.created_at)
  end)
  if #offers > 1 then
    fail(
      "ambiguous",
      ("%d images named '%s' are offered: %s"):format(#offers, ref, table.concat(ids, "; ")),
      {
        advice = "name the one that is meant by its ID, or its owner by --from",
      }
    )
  end
  local own = try(cloud.find_image, cloud, ref)
  if own and own.owner == cloud.project_id then
    fail("forbidden", ("image '%s' is this project's own; only its members can accept it"):format(ref), {
      advice = (
        "with the clouds.yaml entry of each member, run `lunette --os-cloud ENTRY accept %s`; "
        .. "`lunette list --members %s` lists the members"
      ):format(own.id, own.id),
    })
  end
  fail("not_found", ("no image '%s' is offered to %s"):format(ref, cloud.project_name or cloud.name), {
    advice = "`lunette list --offers` shows what is; its owner may have to share it first",
  })
end

--- Sets the own status, unless that is what it is; of a pending offer that is known.
local function answer(image, wanted, pending)
  local own = not pending and image:member()
  if own and own.status == wanted then return own end
  return wanted == "accepted" and image:accept() or image:reject()
end

--- Every pending offer, hidden images too.
local function pending(cloud, from)
  local images = cloud:offers({ from = from, status = "pending" }):collect()
  for image in cloud:offers { from = from, status = "pending", os_hidden = true } do
    images[#images + 1] = image
  end
  return images
end

function accept.run(cloud, args)
  local refs = args.image or {}
  if (#refs > 0) == (args.all or false) then
    fail(
      "usage",
      #refs > 0 and "name the images or say --all, not both" or "name the images to accept, or say --all",
      { advice = "`lunette list --offers` shows what is offered" }
    )
  end
  local images = args.all and pending(cloud, args.from)
    or list.map(refs, function(ref)
      return offered(cloud, ref, args.from)
    end)
  images = list.unique(images, "id")
  local wanted = args.reject and "rejected" or "accepted"
  local members, done = {}, {}
  for i, image in ipairs(images) do
    local member, err = try(answer, image, wanted, args.all)
    if not member then fail.partly(err, done, list.map(list.drop(images, i - 1), "id")) end
    members[i], done[i] = member, image.id
  end
  return members
end

return accept
