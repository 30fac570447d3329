--- Takes an image away from projects it is shared with.
---
--- Says first who loses access and, where clouds.yaml has credentials for that project and its cloud has a
--- compute service, which of its servers run from the image: they go on running, but may fail to migrate or
--- rebuild. Then asks, or wants --yes. A project that is no member is left alone, so it may be repeated.
---
--- Raises: not_found (image), forbidden (not the owner), usage (nothing chosen, or nobody there to say yes).
--- Source: glance/api/v2/image_members.py, ImageMembersController.delete.
local fail = require "std.fail"
local glance = require "glance"
local list = require "std.list"
local sharing = require "std.sharing"
local try = require "std.try"
local ui = require "ui"

local unshare = {
  effects = "delete",
  files = "none",
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
  if err.kind ~= "not_found" then error(err) end
  fail.because(err, ("'%s' is no member of this image, and no project that can be found"):format(ref))
end

--- Names the servers of a project that run from the image; nil and a reason where that cannot be seen.
local function servers(cloud, image, project)
  if not project.cloud then return nil, "clouds.yaml has no credentials for that project" end
  local answer, err = try(function()
    local consumer = glance.connect { cloud = project.cloud, region = cloud.region }
    return consumer:request("GET", "/servers/detail?image=" .. image.id, { service = "compute" })
  end)
  if not answer then return nil, err.message end
  local found = type(answer.body) == "table" and answer.body.servers
  if not found then return nil, "the compute service answered no list of servers" end
  return list.map(found, function(server)
    return server.name or server.id
  end)
end

--- Says what one member loses; returns its row, and its project's name.
local function look(cloud, image, member)
  local project, err = try(cloud.project, cloud, member.member_id)
  local names, reason
  if project then
    names, reason = servers(cloud, image, project)
  else
    reason = err.kind == "not_found" and "clouds.yaml has no credentials for that project" or err.message
  end
  local seen = "no server of it runs from the image"
  if not names then
    seen = "its servers could not be checked: " .. reason
  elseif #names > 0 then
    seen = "its servers run from it: " .. table.concat(names, ", ")
  end
  local who = project and ("%s (%s)"):format(project.name, project.id) or member.member_id
  ui.note(("%s will lose image %s; %s"):format(who, image.name or image.id, seen))
  local row = {
    image_id = image.id,
    member_id = member.member_id,
    was = member.status,
    servers = names and #names or "unchecked",
  }
  return row, project and project.name or member.member_id
end

--- The members to remove; those that are none already are left out.
local function chosen(cloud, image, args)
  local members = sharing.all_members(cloud, image)
  if args.all then return members end
  local by_id, found = list.index(members, "member_id"), {}
  for _, ref in ipairs(args.project) do
    found[#found + 1] = meant(cloud, by_id, ref)
  end
  return list.unique(found, "member_id")
end

function unshare.run(cloud, args)
  local refs = args.project or {}
  if (#refs > 0) == (args.all or false) then
    fail(
      "usage",
      #refs > 0 and "name the projects or say --all, not both"
        or "name the projects to take the image from, or say --all",
      { advice = "`lunette list --members IMAGE` shows whom it is shared with" }
    )
  end
  local image = cloud:image(args.image)
  local rows, names = {}, {}
  for i, member in ipairs(chosen(cloud, image, args)) do
    rows[i], names[i] = look(cloud, image, member)
  end
  if #rows == 0 then
    ui.note("nothing to do: the image is shared with none of these projects")
    return rows
  end
  if not args.yes then
    local whose = #rows == 1 and names[1] .. "'s access" or ("the access of these %d projects"):format(#rows)
    ui.confirm(("remove %s to image %s?"):format(whose, image.name or image.id))
  end
  local ids = list.map(rows, "member_id")
  for i, id in ipairs(ids) do
    local _, err = try(image.remove_member, image, id)
    if err and err.kind ~= "not_found" then fail.partly(err, list.take(ids, i - 1), list.drop(ids, i - 1)) end
  end
  return rows
end

return unshare
