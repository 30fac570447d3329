--- A recipe that shows its secret argument in every way that it has.
--: as leaks
--: env APP_PIN=walrus
--: run --debug leaks print
--: run --debug leaks error
--: run --debug leaks rows
--: run --debug -f json leaks rows --max-width 12
--: run --debug leaks request
--: run leaks --help
--: run leaks rows --pin --walrus --bogus
--: run leaks rows walrus walrus --pin walrus
--: exit 0 1 2 3
--: never walrus
return {
  effects = "read",
  args = { { "how" }, { "--pin", env = "APP_PIN", secret = true } },
  run = function(cloud, args)
    local pin = args.pin
    if args.how == "print" then
      print(pin, "x" .. pin .. "y", pin:upper())
      print(require "std.inspect"(args), { pin })
    end
    if args.how == "error" then error { message = pin, pin = pin } end
    if args.how == "request" then
      cloud:request("POST", "/v2/" .. pin, { json = { a = { pin } }, headers = { ["X-A"] = pin } })
    end
    return { { a = ("z"):rep(9) .. pin, [pin] = pin, b = { { c = pin } } } }
  end,
}
