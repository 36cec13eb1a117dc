-- Run once, by the image of Postgres, after the roles: a database for each service, since their objects differ.
ALTER ROLE app SET statement_timeout = '10s';
CREATE DATABASE naive OWNER owner;
CREATE DATABASE optimized OWNER owner;
