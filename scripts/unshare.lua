--- Takes an image away from projects it is shared with.
---
--- Says first who loses access and, where clouds.yaml has credentials for that project and its cloud has a compute
--- service, which of its servers run from the image: they go on running, but may fail to migrate or rebuild. Then asks,
--- or wants --yes. A project that is no member is left alone, so it may be repeated.
---
--- Raises: not_found (image), forbidden (not the owner), usage (nothing chosen, or nobody there to say yes).
--- Source: glance/api/v2/image_members.py, ImageMembersController.delete.
local fail = require "std.fail"
local glance = require "glance"
local list = require "std.list"
local try = require "std.try"
local ui = require "ui"

local unshare = {
  effects = "delete",
  columns = { "image_id", "member_id", "was", "servers" },
  args = {
    { "image", help = "image, by name or ID" },
    { "project", many = true, optional = true, help = "project, by ID, name or clouds.yaml entry" },
    { "--all", help = "every project that it is shared with" },
  },
}

--- The member that is meant: ghosts by the very text they were added as, projects by whatever names them.
local function meant(cloud, members, ref)
  local member = members[ref]
  if member then return member end
  local project, err = try(cloud.project, cloud, ref)
  if project then return members[project.id] end
  fail.because(err, ("'%s' is no member of this image, and no project that can be found"):format(ref))
end

--- Names the servers of that project that run from the image; nil and a reason where that cannot be seen.
local function servers(cloud, image, member)
  local project = try(cloud.project, cloud, member.member_id)
  if not (project and project.cloud) then return nil, "clouds.yaml has no credentials for that project" end
  local consumer = glance.connect(project.cloud)
  local answer, err = try(consumer.request, consumer, "GET", "/servers/detail?image=" .. image.id, { service = "compute" })
  if not answer then return nil, err.message end
  return list.map(answer.body.servers, function(server) return server.name end)
end

--- Looks at one member and says what it loses.
local function look(cloud, image, member)
  local names, reason = servers(cloud, image, member)
  local seen = names and (#names == 0 and "no server of it runs from the image" or "its servers run from it: " .. table.concat(names, ", "))
  ui.note(("%s loses image %s; %s"):format(member.member_id, image.name or image.id, seen or "its servers could not be checked: " .. reason))
  return { image_id = image.id, member_id = member.member_id, was = member.status, servers = names and #names or "unchecked" }
end

function unshare.run(cloud, args)
  local refs = args.project or {}
  if (#refs > 0) == (args.all or false) then fail("usage", "name the projects to take the image from, or say --all") end
  local image = cloud:image(args.image)
  local all = image:members():collect()
  local by_id = list.index(all, function(member) return member.member_id end)
  local chosen = args.all and all or list.filter(list.map(refs, function(ref) return meant(cloud, by_id, ref) or false end), function(member) return member end)
  local rows = list.map(list.unique(chosen), function(member) return look(cloud, image, member) end)
  if #rows == 0 then
    ui.note("nothing to do: it is shared with none of them")
    return rows
  end
  if not args.yes then ui.confirm(("take image %s from %d project(s)?"):format(image.name or image.id, #rows)) end
  local ids = list.map(rows, function(row) return row.member_id end)
  for i, id in ipairs(ids) do
    local _, err = try(image.remove_member, image, id)
    if err and err.kind ~= "not_found" then fail.partly(err, list.take(ids, i - 1), list.drop(ids, i - 1)) end
  end
  return rows
end

return unshare
