--- Metadata definitions as a member of a project has them: to be read, and what is refused.
local check = require "std.check"

local metadefs = {}

metadefs["a member reads, and is told that writing is an administrator's"] = function(t)
  check.equal(type(t.a:resource_types():collect()), "table")
  for _, found in ipairs(t.a:namespaces({ limit = 3 }):collect()) do
    check.equal(t.a:namespace(found.namespace).namespace, found.namespace)
    check.equal(type(found:properties():collect()), "table")
    check.equal(type(found:objects():collect()), "table")
    check.equal(type(found:tags():collect()), "table")
    check.equal(type(found:resource_types():collect()), "table")
  end
  local err = check.raises("forbidden", function()
    t.a:create_namespace { namespace = t:name "namespace" }
  end)
  check.matches(err.advice, "administrator")
end

metadefs["a namespace that is not there is named"] = function(t)
  local name = t:name "namespace"
  local err = check.raises("not_found", function()
    t.a:namespace(name)
  end)
  check.truthy((tostring(err):find(name, 1, true)))
end

metadefs["a listing refuses what Glance does not know, and names the nearest"] = function(t)
  for wrong, right in pairs { visiblity = "visibility", resource_type = "resource_types" } do
    local err = check.raises("usage", function()
      t.a:namespaces { [wrong] = "public" }
    end)
    check.matches(err.message, right)
  end
  for _, options in ipairs { { sort = "id" }, { visibility = "shared" }, { limit = 0 } } do
    check.raises("usage", function()
      t.a:namespaces(options)
    end)
  end
end

metadefs["a name that no path leads to makes no request"] = function(t)
  for _, name in ipairs { "", ".", "..", "a/b" } do
    check.raises("usage", function()
      t.a:namespace(name)
    end)
  end
  for _, name in ipairs { "a/b", "é" } do
    check.raises("usage", function()
      t.a:create_namespace { namespace = name }
    end)
  end
end

return metadefs
