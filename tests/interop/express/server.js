// An Express server in which every path has another mistake with the package cors.
"use strict";

const cors = require("cors");
const express = require("express");

const app = express();
const answer = (request, response) => response.json({});
const ours = "http://app.example";

// "*" as an origin, with credentials beside it.
app.all("/anyone", cors({ origin: "*", credentials: true }), answer);
// A slash at the end, as it is copied from the address bar.
app.all("/slash", cors({ origin: `${ours}/` }), answer);
// A list that lacks the origin.
app.all("/list", cors({ origin: ["http://other.example"] }), answer);
// "*" for the headers.
app.all("/wildcard", cors({ origin: ours, allowedHeaders: "*" }), answer);
// cors() on the route, and nothing for OPTIONS.
app.put("/no-options", cors({ origin: ours }), answer);
// The login before cors().
app.all("/login", (request, response) => response.status(401).end());
// Methods that lack one.
app.all("/methods", cors({ origin: ours, methods: ["GET", "POST"] }), answer);
// An error, raised before cors() is reached.
app.all("/error", (request, response, next) => next(new Error("broken")), cors({ origin: ours }));
// A redirect before cors().
app.all("/redirect", (request, response) => response.redirect(308, "/redirect/"));
// A cookie that another site never sends back.
app.all("/cookie", cors({ origin: "https://app.example", credentials: true }), (request, response) =>
  response.cookie("session", "1", { sameSite: "lax" }).json({}),
);

// The error handler writes to the console otherwise.
app.set("env", "test");
app.listen(Number(process.argv[2]), "127.0.0.1");
