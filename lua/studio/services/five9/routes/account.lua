-- Routes: logging in, codes, passwords. All paths are guessed. SPDX-License-Identifier: MIT
--
-- Documented is that these exist, and their limits: 2FA 60 a minute for each client IP and user, with all of a user's
-- addresses; the three of "Manage Passwords" 200 a minute for each client IP; logging in by failed attempts. `limits`
-- names the one that a route counts against.

return {
  { name = "account.login", verb = "POST", path = "/auth/login", from = "assumed", answer = "json",
    required = { "email", "password" },
    find_out = "look in Studio whether the user can still log in: it may count as a failed attempt",
    note = "behind the login guard; failed attempts lock the user" },
  { name = "account.send_code", verb = "POST", path = "/auth/2fa/send", from = "assumed", required = { "email" },
    limits = { "2FA" }, find_out = "see whether the code has arrived before asking for another one" },
  { name = "account.verify_code", verb = "POST", path = "/auth/2fa/verify", from = "assumed",
    required = { "email", "code" }, limits = { "2FA" },
    find_out = "see whether the user is logged in; a code may be good for one time only" },
  { name = "account.forgot_password", verb = "POST", path = "/auth/forgot-password", from = "assumed",
    required = { "email" }, limits = { "passwords" },
    find_out = "see whether the mail has arrived before asking for another one" },
  { name = "account.reset_password", verb = "POST", path = "/auth/reset-password", from = "assumed",
    required = { "email", "password" }, limits = { "passwords" },
    find_out = "log in once with the new password: it may be in force" },
  { name = "account.validate_password", verb = "POST", path = "/auth/validate-password", from = "assumed",
    required = { "password" }, limits = { "passwords" }, find_out = "ask once more: it changes nothing" },
}
