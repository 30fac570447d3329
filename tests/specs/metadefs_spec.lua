--- Metadata definitions: namespaces, and properties, objects, tags and resource types in them.
---
--- By Glance's default policy only administrators change them.
local check = require "std.check"
local json = require "std.json"
local try = require "std.try"

local metadefs = {}

--- A namespace of the administrator's, gone after the case.
local function namespace(t, options)
  options = options or {}
  options.namespace = options.namespace or t:name "namespace"
  local made = t.admin:create_namespace(options)
  t:after(function()
    for _, name in ipairs { made.namespace, made.namespace .. "-new" } do
      local left = try(t.admin.namespace, t.admin, name)
      if left then left:update({ protected = false }):delete() end
    end
  end)
  return made
end

--- What a list of records is named, in its order.
local function names(iterator, field)
  local found = {}
  for record in iterator do
    found[#found + 1] = record[field or "name"]
  end
  return table.concat(found, " ")
end

metadefs["create_namespace makes it with all that it is to hold"] = function(t)
  local made = namespace(t, {
    display_name = "Fans",
    description = "how they spin",
    visibility = "public",
    properties = { speed = { title = "Speed", type = "integer", minimum = 1, maximum = 9 } },
    objects = {
      { name = "Fan", required = { "blades" }, properties = { blades = { title = "B", type = "integer" } } },
    },
    tags = { "loud", { name = "quiet" } },
    resource_type_associations = { { name = "OS::Nova::Server", prefix = "fan:" } },
  })
  check.equal(made.display_name, "Fans")
  check.equal(made.protected, false)
  check.equal(made.resource_type_associations[1].prefix, "fan:")
  check.equal(names(made:properties()), "speed")
  check.equal(made:property("speed").maximum, 9)
  check.equal(made:object("Fan").required, { "blades" })
  check.equal(made:object("Fan").properties.blades.type, "integer")
  check.equal(made:tag("quiet").name, "quiet")
  check.equal(names(made:resource_types()), "OS::Nova::Server")
  check.raises("conflict", function()
    namespace(t, { namespace = made.namespace })
  end)
end

metadefs["update of one field loses no other"] = function(t)
  local made = namespace(t, {
    display_name = "Fans",
    description = "how they spin",
    owner = t.a.project_id,
    visibility = "public",
    tags = { "loud" },
    resource_type_associations = { { name = "OS::Nova::Server" } },
  })
  local renamed = made:update { namespace = made.namespace .. "-new", description = false }
  check.equal(renamed.namespace, made.namespace .. "-new")
  check.equal(renamed.description, nil)
  check.equal(renamed.display_name, "Fans")
  check.equal(renamed.owner, t.a.project_id)
  check.equal(renamed.visibility, "public")
  check.equal(renamed.resource_type_associations[1].name, "OS::Nova::Server")
  check.equal(names(renamed:tags()), "loud")
  check.equal(made.description, "how they spin", "a record is a snapshot")
  check.equal(renamed:refresh().display_name, "Fans")
  check.raises("not_found", function()
    made:refresh()
  end)
  local other = namespace(t)
  check.raises("conflict", function()
    other:update { namespace = renamed.namespace }
  end)
end

metadefs["a change whose answer is lost is sent again, a new name only once"] = function(t)
  local made = namespace(t)
  t.sandbox.faults { { "md-namespace-update", hang_up = true, late = true, count = 1 } }
  check.equal(made:update({ description = "new" }).description, "new")
  t.sandbox.faults { { "md-namespace-update", hang_up = true, late = true, count = 1 } }
  check.raises("unavailable", function()
    made:update { namespace = made.namespace .. "-new" }
  end)
  check.equal(t.admin:namespace(made.namespace .. "-new").description, "new")
end

metadefs["a private namespace is another project's secret, a public one is everybody's"] = function(t)
  local made = namespace(t)
  local err = check.raises("not_found", function()
    t.a:namespace(made.namespace)
  end)
  check.truthy((tostring(err):find(made.namespace, 1, true)))
  for found in t.a:namespaces() do
    check.equal(found.namespace ~= made.namespace, true)
  end
  made:update { visibility = "public" }
  local seen = t.a:namespace(made.namespace)
  local denied = check.raises("forbidden", function()
    seen:create_tag "mine"
  end)
  check.matches(denied.advice, "administrator")
end

metadefs["nothing of a protected namespace is deleted, until it is protected no more"] = function(t)
  local made = namespace(t, { protected = true, tags = { "loud" } })
  for _, delete in ipairs {
    function()
      made:delete()
    end,
    function()
      made:delete_tags()
    end,
    function()
      made:tag("loud"):delete()
    end,
  } do
    check.matches(check.raises("forbidden", delete).advice, "`protected` to false")
  end
  made:update({ protected = false }):delete()
  check.raises("not_found", function()
    made:delete()
  end)
end

metadefs["a listing goes on over its pages, in order, each namespace once"] = function(t)
  local base, kind = (t:name("namespace"):gsub("%-", "_")), t:name "kind"
  for i = 1, 5 do
    namespace(t, {
      namespace = base .. i,
      visibility = i % 2 == 1 and "public" or "private",
      resource_type_associations = { { name = kind }, i <= 3 and { name = kind .. i } or nil },
    })
  end
  local function listed(cloud, options)
    options.resource_types = options.resource_types or { kind }
    options.sort = options.sort or "namespace"
    return (names(cloud:namespaces(options), "namespace"):gsub(base, ""))
  end
  local admin = t.admin
  check.equal(listed(admin, { page_size = 2 }), "1 2 3 4 5")
  check.equal(listed(admin, { page_size = 2, sort = "namespace:desc", limit = 3 }), "5 4 3")
  check.equal(listed(admin, { page_size = 1, sort = "created_at:asc" }), "1 2 3 4 5")
  check.equal(listed(admin, { visibility = "private" }), "2 4")
  check.equal(listed(admin, { page_size = 1, resource_types = { kind .. 1, kind .. 3 } }), "1 3")
  check.equal(listed(t.a, { page_size = 1 }), "1 3 5")
end

metadefs["a loop may delete what it is given, page after page"] = function(t)
  local kind = t:name "kind"
  for _ = 1, 5 do
    namespace(t, { resource_type_associations = { { name = kind } } })
  end
  local admin = t.admin
  for found in admin:namespaces { resource_types = { kind }, page_size = 2 } do
    found:delete()
  end
  check.equal(admin:namespaces({ resource_types = { kind } }):first(), nil)
end

metadefs["a property's schema comes back as it was given"] = function(t)
  local made = namespace(t)
  local given = {
    name = "hw:sizes of a",
    title = "Sizes",
    type = "array",
    description = "several",
    default = "s",
    readonly = false,
    operators = {},
    enum = { "s", "l" },
    pattern = "^.$",
    minLength = 0,
    maxLength = 1,
    minimum = -1,
    maximum = 9007199254740993,
    items = { type = "string", enum = {} },
    minItems = 1,
    maxItems = 2,
    uniqueItems = true,
    additionalItems = false,
  }
  local created = made:create_property(given)
  local shown = made:property(given.name)
  for key, value in pairs(given) do
    check.equal(created[key], value, key)
    check.equal(shown[key], value, key)
  end
  check.equal(created == shown, true)
  check.matches(json.encode(shown), '"operators":%[%]')
  check.equal(made:create_property({ name = "n", title = "N", type = "integer", default = 3 }).default, "3")
  check.raises("conflict", function()
    made:create_property(given)
  end)
end

metadefs["update of a property changes what is named, takes away what is false, renames"] = function(t)
  local made = namespace(t)
  made:create_property { name = "other", title = "Other", type = "string" }
  local property =
    made:create_property { name = "p", title = "P", type = "string", enum = { "a" }, readonly = true }
  local changed = property:update { title = "Q", enum = false, readonly = false, pattern = "^a" }
  check.equal(
    { changed.title, changed.enum, changed.readonly, changed.pattern, changed.type },
    { "Q", nil, false, "^a", "string" }
  )
  check.equal(changed:update({ name = "q" }).title, "Q")
  check.equal(made:property("q").pattern, "^a")
  local err = check.raises("not_found", function()
    made:property "p"
  end)
  check.matches(err.message, "property p")
  check.raises("conflict", function()
    made:property("q"):update { name = "other" }
  end)
  made:property("q"):delete()
  check.equal(names(made:properties()), "other")
  made:delete_properties()
  check.equal(names(made:properties()), "")
end

metadefs["an object keeps the properties that an update does not name"] = function(t)
  local made = namespace(t)
  local object = made:create_object {
    name = "Fan",
    description = "it spins",
    required = {},
    properties = {
      speed = { title = "Speed", type = "integer", default = 3 },
      noise = { title = "Noise", type = "string", enum = { "low" } },
    },
  }
  check.matches(json.encode(object), '"required":%[%]')
  check.equal(object.properties.speed.default, "3")
  local changed = object:update {
    name = "Ventilator",
    required = { "blades" },
    properties = { noise = false, blades = { title = "Blades", type = "integer" } },
  }
  check.equal(changed.description, "it spins")
  changed = made:object "Ventilator"
  check.equal(changed.required, { "blades" })
  check.equal(changed.properties.noise, nil)
  check.equal(changed.properties.speed, { title = "Speed", type = "integer", default = "3" })
  check.equal(changed.properties.blades.title, "Blades")
  made:create_object { name = "Fan" }
  check.raises("conflict", function()
    made:create_object { name = "Fan" }
  end)
  check.raises("conflict", function()
    changed:update { name = "Fan" }
  end)
  changed:delete()
  check.equal(names(made:objects()), "Fan")
  made:delete_objects()
  check.equal(names(made:objects()), "")
  check.raises("not_found", function()
    made:object "Fan"
  end)
end

metadefs["tags are added beside the others, or in their place"] = function(t)
  local made = namespace(t, { tags = { "old" } })
  check.equal(made:create_tag("a b?c#d%").name, "a b?c#d%")
  check.equal(names(made:create_tags { "red", "blue" }), "red blue")
  check.equal(#made:tags():collect(), 4)
  check.raises("conflict", function()
    made:create_tags { "green", "red" }
  end)
  check.equal(#made:tags():collect(), 4, "all or none")
  made:create_tags { "one", "two", replace = true }
  check.equal(#made:tags():collect(), 2)
  check.equal(made:tag("one"):update({ name = "three" }).name, "three")
  check.raises("conflict", function()
    made:tag("three"):update { name = "two" }
  end)
  made:tag("two"):delete()
  check.equal(names(made:tags()), "three")
  made:delete_tags()
  check.equal(names(made:tags()), "")
  check.raises("not_found", function()
    made:tag "three"
  end)
end

metadefs["resource types are added and removed, and stay known to the cloud"] = function(t)
  local made, kind = namespace(t), t:name "Some::Thing"
  local added = made:add_resource_type { name = kind, prefix = "hw_", properties_target = "image" }
  check.equal({ added.name, added.prefix, added.properties_target }, { kind, "hw_", "image" })
  check.equal(names(made:resource_types()), kind)
  check.equal(made:refresh().resource_type_associations[1].prefix, "hw_")
  check.raises("conflict", function()
    made:add_resource_type { name = kind }
  end)
  made:remove_resource_type(kind)
  check.equal(names(made:resource_types()), "")
  check.raises("not_found", function()
    made:remove_resource_type(kind)
  end)
  check.truthy(((names(t.a:resource_types()) .. " "):find(kind .. " ", 1, true)))
end

metadefs["names are told with the prefix that they have on a type of thing"] = function(t)
  local made = namespace(t, {
    properties = { speed = { title = "Speed", type = "integer" } },
    objects = {
      { name = "Fan", required = { "blades" }, properties = { blades = { title = "B", type = "integer" } } },
    },
    resource_type_associations = {
      { name = "OS::Lunette::Fan", prefix = "fan_" },
      { name = "OS::Lunette::Hall" },
    },
  })
  local fan, hall = { resource_type = "OS::Lunette::Fan" }, { resource_type = "OS::Lunette::Hall" }
  check.equal(names(made:properties(fan)), "fan_speed")
  check.equal(names(made:properties(hall)), "speed")
  local object = made:objects(fan):first()
  check.equal(object.name, "Fan")
  check.equal(object.required, { "fan_blades" })
  check.equal(object.properties.fan_blades.type, "integer")

  local err = check.raises("not_found", made.properties, made, { resource_type = "OS::Lunette::Fun" })
  check.matches(err.advice, "'OS::Lunette::Fan'")
  check.raises("usage", made.objects, made, { resource_types = "OS::Lunette::Fan" })
  check.equal(made:properties(fan):first():update({ title = "Slowness" }).title, "Slowness")
  made:properties(fan):first():delete()
  check.equal(names(made:properties()), "")
end

metadefs["what Glance would lose or trip over is refused before it is sent"] = function(t)
  local made = namespace(t)
  for _, wrong in ipairs {
    { name = "p", title = "P", type = "strin" },
    { name = "p", title = "P" },
    { name = "p", titel = "P", type = "string" },
    { name = "p", title = "P", type = "number", minimum = 1.5 },
    { name = "p", title = "P", type = "integer", enum = { 1, 2 } },
    { name = "p", title = "P", type = "boolean", default = true },
    { name = "p", title = "P", type = "array", items = "string" },
    { name = "a/b", title = "P", type = "string" },
    "a schema that is no table",
  } do
    check.raises("usage", function()
      ---@diagnostic disable-next-line: param-type-mismatch
      made:create_property(wrong)
    end)
  end
  local err = check.raises("usage", function()
    made:create_object { name = "o", properties = { speed = { titel = "S", type = "integer" } } }
  end)
  check.matches(err.message, "property 'speed'")
  check.matches(err.message, "did you mean 'title'")
  check.equal(names(made:properties()) .. names(made:objects()), "")
end

metadefs["a record is strict, read-only, and walks like a table"] = function(t)
  local made = namespace(t, { tags = { "loud" } })
  local err = check.raises("usage", function()
    return made.visiblity
  end)
  check.matches(err.advice, "visibility")
  check.raises("usage", function()
    made.visibility = "public"
  end)
  local keys = {}
  for key in pairs(made:tag "loud") do
    keys[#keys + 1] = key
  end
  check.equal(table.concat(keys, " "), "name created_at updated_at")
  check.equal(tostring(made), ("namespace %s (private)"):format(made.namespace))
  check.equal(tostring(made:tag "loud"), "tag loud of namespace " .. made.namespace)
end

return metadefs
