--- Deletions of what is no image, whose answer is lost: each is told as done, though what was to go is gone
--- already. The sandbox loses answers on request, so these need one.
local check = require "std.check"
local list = require "std.list"
local wait = require "std.wait"

--- A namespace with one of each kind, which is the administrator's; gone after the case.
local function namespace(t)
  local made = t.admin:create_namespace {
    namespace = t:name "namespace",
    properties = { p = { title = "P", type = "string" } },
    objects = { { name = "o" } },
    tags = { "t" },
    resource_type_associations = { { name = "OS::Lunette::R" } },
  }
  t:after(function()
    for left in t.admin:namespaces() do
      if left.namespace == made.namespace then left:delete() end
    end
  end)
  return made
end

--- Deletions, each with the operation whose answer is lost, what it is done to, and what is left of that.
local deletions = {
  ["a namespace"] = {
    operation = "md-namespace-delete",
    make = namespace,
    delete = function(made)
      made:delete()
    end,
    left = function(made, t)
      return list.filter(t.admin:namespaces():collect(), function(one)
        return one.namespace == made.namespace
      end)
    end,
  },
  ["a resource type"] = {
    operation = "md-resource-type-deassociate",
    make = namespace,
    delete = function(made)
      made:remove_resource_type "OS::Lunette::R"
    end,
    left = function(made)
      return made:resource_types():collect()
    end,
  },
  ["data in one of two stores"] = {
    operation = "stores-delete",
    make = function(t)
      local image = t:active_image()
      return t.admin:image(image.id):import { method = "copy-image", all_stores = true, wait = 60 }
    end,
    delete = function(image)
      image:delete_from_store "fast"
    end,
    left = function(image)
      return image:refresh().stores == "slow" and {} or { image:refresh().stores }
    end,
  },
  ["an image in the cache"] = {
    operation = "cache-delete",
    make = function(t)
      local cache = t.admin:cache()
      cache:add(t:active_image())
      wait(function()
        cache = cache:refresh()
        return #cache.cached_images > 0
      end, { interval = 0.05, timeout = 60 })
      return cache
    end,
    delete = function(cache)
      cache:remove(cache.cached_images[1].image_id)
    end,
    left = function(cache)
      return cache:refresh().cached_images
    end,
  },
}

for word, kind in pairs { property = "properties", object = "objects", tag = "tags" } do
  deletions["a " .. word .. " of a namespace"] = {
    operation = ("md-%s-delete"):format(word),
    make = namespace,
    delete = function(made)
      made[word](made, word:sub(1, 1)):delete()
    end,
    left = function(made)
      return made[kind](made):collect()
    end,
  }
  deletions["all " .. kind .. " of a namespace"] = {
    operation = ("md-namespace-%s-delete"):format(kind),
    make = namespace,
    delete = function(made)
      made["delete_" .. kind](made)
    end,
    left = function(made)
      return made[kind](made):collect()
    end,
  }
end

--- How an answer is lost: before the deletion was carried out, or after.
local losses = {
  ["the connection breaks before %s is deleted"] = "hang-up count=1",
  ["the answer to the deletion of %s is lost"] = "late hang-up count=1",
  ["a proxy gives the deletion of %s up that is done"] = "late status=504 count=1",
}

local lost = {}

for what, deletion in pairs(deletions) do
  for title, fault in pairs(losses) do
    lost[title:format(what)] = function(t)
      local faults = t.sandbox.faults
      local made = deletion.make(t)
      faults(deletion.operation .. " " .. fault)
      deletion.delete(made)
      faults {}
      check.equal(deletion.left(made, t), {})
    end
  end
end

lost["what was never there is not found"] = function(t)
  local made = namespace(t)
  local tag = made:tag "t"
  tag:delete()
  check.raises("not_found", tag.delete, tag)
  check.raises("not_found", made.remove_resource_type, made, "OS::Lunette::None")
end

lost["a refusal stays one, whatever was lost before it"] = function(t)
  local image = t:active_image()
  local seen = t.admin:image(image.id)
  t.sandbox.faults "stores-delete hang-up count=1"
  check.raises("forbidden", seen.delete_from_store, seen, image.stores)
  check.equal(image:refresh().stores, image.stores)
end

return lost
