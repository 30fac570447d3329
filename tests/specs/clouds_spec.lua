--- Copies between two clouds that know nothing of each other: each has a Keystone, projects and members of
--- its own.
---
--- From the other cloud to this one where this one's faults and limits are asked for, else the other way
--- round.
local check = require "std.check"
local fail = require "std.fail"
local glance = require "glance"
local list = require "std.list"
local transfer = require "std.transfer"
local try = require "std.try"

local clouds = {}

--- An image with whatever an image can have.
local function source(t, cloud, options)
  options = options or {}
  options.data = options.data or ("a disk, and more of it. "):rep(5000)
  options.min_disk, options.min_ram = 3, 512
  options.tags = { "backup", "blue" }
  options.properties = options.properties or { os_distro = "debian", instance_uuid = "1bea47ed" }
  return t:active_image(options, cloud)
end

--- A copy, to be deleted after the case.
local function copied(t, image, target, options)
  local copy, how = transfer.copy(image, target, options)
  t.made[#t.made + 1] = copy
  return copy, how
end

--- All that there is of an image's copies, whatever became of them.
local function made_of(image, target)
  local query = { owner = target.project_id, properties = { lunette_copy_of = image.id } }
  return target:images(query):collect()
end

--- Asks Keystone, as its administrator.
local function ask(t, method, path, body)
  return t.admin:request(method, "/v3" .. path, { service = "identity", json = body }).body
end

--- A project that nobody but its own Keystone has heard of, until the case is over.
local function new_project(t)
  local project = { name = t:name "project", domain_id = "default" }
  local id = ask(t, "POST", "/projects", { project = project }).project.id
  t:after(function()
    ask(t, "DELETE", "/projects/" .. id)
  end)
  return id
end

--- A project of one's own in the cloud of project B, whose limits are nobody else's, until the case is over.
local function own_project(t)
  local id = new_project(t)
  local function first(kind, name)
    return ask(t, "GET", ("/%s?name=%s"):format(kind, name))[kind][1].id
  end
  local user, role = first("users", t.admin.user_name), first("roles", "member")
  ask(t, "PUT", ("/projects/%s/users/%s/roles/%s"):format(id, user, role))
  return glance.connect { cloud = "admin", project_id = id }
end

--- Lets a project have nothing of a resource, until what this returns is called.
local function fill_up(t, project, resource)
  local region = t.admin.region or "RegionOne"
  local known = list.find(ask(t, "GET", "/registered_limits").registered_limits, function(one)
    return one.resource_name == resource and one.region_id == region
  end)
  if not known then t:skip("this cloud has no limit of " .. resource) end
  local limit = {
    service_id = known.service_id,
    region_id = region,
    project_id = project,
    resource_name = resource,
    resource_limit = 0,
  }
  local id = ask(t, "POST", "/limits", { limits = { limit } }).limits[1].id
  return function()
    ask(t, "DELETE", "/limits/" .. id)
  end
end

clouds["a copy is as its source, hidden and protected too, and the second run finds it"] = function(t)
  local image = source(t, t.other):update { protected = true, os_hidden = true }
  local copy, how = copied(t, image, t.b)
  check.equal(how, "stream")
  check.equal(copy.owner, t.b.project_id)
  for _, field in ipairs {
    "name",
    "size",
    "os_hash_value",
    "disk_format",
    "container_format",
    "min_disk",
    "min_ram",
    "protected",
    "os_hidden",
  } do
    check.equal(copy[field], image[field], field)
  end
  check.equal(list.sort_by(copy.tags), { "backup", "blue" })
  check.equal(copy.properties.os_distro, "debian")
  check.equal(copy.properties.instance_uuid, nil)
  check.equal(copy.properties.lunette_copy, nil)
  local again, found = transfer.copy(image, t.b)
  check.equal(again.id, copy.id)
  check.equal(found, "there")
end

clouds["there and back again are two images, and the second is no copy of the first's"] = function(t)
  local image = source(t, t.a)
  local there = copied(t, image, t.other)
  local back = copied(t, there, t.a, { name = t:name "back" })
  check.equal(back.properties.lunette_copy_of, there.id)
  check.equal(back.os_hash_value, image.os_hash_value)
end

clouds["the recipe copies by stream, and where it is told to have the servers do it, says why they cannot"] = function(
  t
)
  local image = source(t, t.a)
  for _, via in ipairs { false, t.other } do
    local options = { method = "glance-download", via = via or nil }
    local err = check.raises("usage", transfer.copy, image, t.other, options)
    check.matches(err.message, "glance%-download cannot do it")
    check.matches(err.advice, "only within one Keystone")
  end
  check.raises("usage", transfer.copy, image, t.other, { method = "web-download" })
  check.raises(
    "usage",
    t.recipe,
    t,
    "copy",
    t.a,
    { image = image.id, to = "other", method = "glance-download" }
  )
  check.equal(#made_of(image, t.other), 0)
  local copy = t:recipe("copy", t.a, { image = image.id, to = "other", method = "stream" })
  t.made[#t.made + 1] = copy
  check.equal(copy.os_hash_value, image.os_hash_value)
end

clouds["members that are nobody there are told, and nothing is begun"] = function(t)
  local image = source(t, t.a)
  local stranger = new_project(t)
  image:add_member(stranger)
  for _, run in ipairs {
    function()
      transfer.copy(image, t.other, { members = { stranger } })
    end,
    function()
      t:recipe("copy", t.a, { image = image.id, to = "other", members = true })
    end,
  } do
    local err = check.raises("not_found", run)
    check.matches(err.message, "cannot be shared with " .. stranger)
    check.matches(err.advice, "another ID")
  end
  check.equal(#made_of(image, t.other), 0)
end

--- A cloud that refuses a property to those who create an image, in Glance's words.
local function protecting(cloud, property)
  local protected = {}
  function protected.create_image(_, wanted)
    if wanted.properties[property] then
      fail(
        "forbidden",
        ("Attribute '%s' is reserved."):format(property),
        { op = "POST /v2/images", status = 403 }
      )
    end
    return cloud:create_image(wanted)
  end
  local function index(_, name)
    local value = cloud[name]
    if type(value) ~= "function" then return value end
    return function(_, ...)
      return value(cloud, ...)
    end
  end
  return setmetatable(protected, { __index = index })
end

clouds["a property that is protected there is named, and may be left out"] = function(t)
  local image = source(t, t.other, { properties = { x_reserved = "for operators", os_distro = "debian" } })
  local _, refusal = try(t.image, t, { properties = { x_reserved = "mine" } }, t.b)
  local target = refusal and t.b or protecting(t.b, "x_reserved")
  local err = check.raises("forbidden", transfer.copy, image, target)
  check.matches(err.message, "'x_reserved' is reserved")
  check.matches(err.advice, "%-%-without x_reserved")
  check.equal(#made_of(image, t.b), 0)
  local copy = copied(t, image, target, { without = { "x_reserved" } })
  check.equal(copy.properties.x_reserved, nil)
  check.equal(copy.properties.os_distro, "debian")
  for _, journal in ipairs { "lunette_copy", "lunette_copy_of" } do
    local options = { name = t:name(), without = { "x_reserved" } }
    err = check.raises("forbidden", transfer.copy, image, protecting(t.b, journal), options)
    check.matches(err.advice, "a copy is known by")
  end
end

clouds["a full target takes no copy and keeps nothing of it, and takes it once there is room"] = function(t)
  local image = source(t, t.other, { data = ("x"):rep(1 << 20) })
  local target = own_project(t)
  for _, resource in ipairs { "image_size_total", "image_count_total" } do
    local empty = fill_up(t, target.project_id, resource)
    local err = check.raises("limit", transfer.copy, image, target)
    check.matches(err.advice, "not needed, or ask the cloud's operators")
    check.equal(#made_of(image, target), 0)
    empty()
  end
  local copy = transfer.copy(image, target)
  t:after(function()
    copy:delete()
  end)
  check.equal(copy.os_hash_value, image.os_hash_value)
end

clouds["a source without data is told apart by what may be done about it"] = function(t)
  local queued = t:image({ disk_format = "raw", container_format = "bare" }, t.a)
  local err = check.raises("conflict", transfer.copy, queued, t.other)
  check.matches(err.advice, "nobody has uploaded")
  local likeness = require "std.likeness"
  for status, advice in pairs {
    killed = "upload failed",
    pending_delete = "gone for good",
    importing = "wait until",
  } do
    local image = { id = "1bea", status = status, size = 1, properties = {} }
    check.matches(check.raises("conflict", likeness.require_data, image).advice, advice)
  end
end

clouds["a target that breaks off, is busy or ends the token in the middle gets the copy all the same"] = function(
  t
)
  local sandbox = t.sandbox
  local image = source(t, t.other)
  sandbox.faults {
    "image-upload end-token count=1",
    "image-upload hang-up count=1",
    "image-upload status=503 count=1",
    "image-update end-token count=1",
  }
  check.equal(copied(t, image, t.b).os_hash_value, image.os_hash_value)
  check.equal(#made_of(image, t.b), 1)
end

clouds["a target that refuses in the middle keeps nothing"] = function(t)
  local sandbox = t.sandbox
  local image = source(t, t.other)
  for fault, kind in pairs {
    ["image-upload status=413"] = "limit",
    ["image-upload status=415"] = "invalid",
    ["image-upload status=403"] = "forbidden",
    ["image-create status=403"] = "forbidden",
    ["image-create status=400"] = "invalid",
  } do
    sandbox.faults(fault)
    local err = check.raises(kind, transfer.copy, image, t.b)
    check.matches(err.message, "is not copied to project%-b")
    sandbox.faults {}
    check.equal(#made_of(image, t.b), 0, fault)
  end
end

clouds["a source that is deleted or deactivated in the middle is named, and leaves nothing behind"] = function(
  t
)
  local sandbox = t.sandbox
  local image = source(t, t.a)
  for status, kind in pairs { [404] = "not_found", [403] = "forbidden" } do
    sandbox.faults { "image-download cut=40000 count=1", ("image-download status=%d after=1"):format(status) }
    local err = check.raises(kind, transfer.copy, image, t.other)
    check.matches(err.op, "GET /v2/images/.*/file")
    check.equal(#made_of(image, t.other), 0)
  end
end

clouds["a source that breaks off, and whose token ends, is gone on with"] = function(t)
  local sandbox = t.sandbox
  local image = source(t, t.a)
  sandbox.faults { "image-download cut=40000 count=2", "image-download end-token after=1 count=1" }
  check.equal(copied(t, image, t.other).os_hash_value, image.os_hash_value)
  check.equal(#made_of(image, t.other), 1)
end

clouds["somebody else's image is not taken for the copy, though it has its ID"] = function(t)
  check.equal(t.sandbox ~= nil and t.other.project_id, t.a.project_id)
  local name = t:name "copy"
  local far = source(t, t.other)
  local id = copied(t, far, t.other, { name = name }).id
  local image = source(t, t.a, { id = far.id })
  local taken = t:active_image({ id = id, visibility = "community" }, t.c)
  local copy = copied(t, image, t.a, { name = name })
  check.equal({ copy.owner, copy.os_hash_value }, { t.a.project_id, image.os_hash_value })
  check.equal(copy.id ~= taken.id, true)
end

return clouds
