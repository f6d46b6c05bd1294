// SPDX-License-Identifier: GPL-2.0-only
/* Reads the JSON of a VERSION message: checks its form, picks the one capability that matters. */
#include <string.h>

#include "vfio_user.h"

#define MAX_DEPTH 8

struct text {
	const char *at, *end;
};

static void skip_space(struct text *t)
{
	while (t->at < t->end && strchr(" \t\r\n", *t->at) && *t->at)
		t->at++;
}

static bool take(struct text *t, char c)
{
	skip_space(t);
	if (t->at >= t->end || *t->at != c)
		return false;
	t->at++;
	return true;
}

static bool take_word(struct text *t, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(t->end - t->at) < n || memcmp(t->at, word, n))
		return false;
	t->at += n;
	return true;
}

/* A string; its raw text between the quotes. Escapes are stepped over, not decoded. */
static bool take_string(struct text *t, struct text *out)
{
	if (!take(t, '"'))
		return false;
	out->at = t->at;
	while (t->at < t->end && *t->at != '"') {
		if ((unsigned char)*t->at < 0x20)
			return false;
		if (*t->at == '\\' && ++t->at >= t->end)
			return false;
		t->at++;
	}
	out->end = t->at;
	return take(t, '"');
}

static bool take_number(struct text *t)
{
	const char *start = t->at;

	while (t->at < t->end && *t->at && strchr("+-.0123456789eE", *t->at))
		t->at++;
	return t->at > start;
}

static bool take_value(struct text *t, int depth, const char *path, bool *write_multiple);

static bool is(const struct text *name, const char *word)
{
	return (size_t)(name->end - name->at) == strlen(word) &&
	       !memcmp(name->at, word, strlen(word));
}

/* path: "" for the outer object, "c" inside "capabilities", NULL anywhere else. */
static bool take_object(struct text *t, int depth, const char *path, bool *write_multiple)
{
	struct text name, value;

	if (!take(t, '{'))
		return false;
	if (take(t, '}'))
		return true;
	do {
		const char *sub = NULL;

		if (!take_string(t, &name) || !take(t, ':'))
			return false;
		if (path && !*path && is(&name, "capabilities"))
			sub = "c";
		skip_space(t);
		value.at = t->at;
		if (!take_value(t, depth + 1, sub, write_multiple))
			return false;
		value.end = t->at;
		if (path && *path == 'c' && is(&name, "write_multiple"))
			*write_multiple = is(&value, "true");
	} while (take(t, ','));
	return take(t, '}');
}

static bool take_array(struct text *t, int depth, bool *write_multiple)
{
	if (!take(t, '['))
		return false;
	if (take(t, ']'))
		return true;
	do {
		if (!take_value(t, depth + 1, NULL, write_multiple))
			return false;
	} while (take(t, ','));
	return take(t, ']');
}

static bool take_value(struct text *t, int depth, const char *path, bool *write_multiple)
{
	struct text ignored;

	if (depth > MAX_DEPTH)
		return false;
	skip_space(t);
	if (t->at >= t->end)
		return false;
	switch (*t->at) {
	case '{':
		return take_object(t, depth, path, write_multiple);
	case '[':
		return take_array(t, depth, write_multiple);
	case '"':
		return take_string(t, &ignored);
	case 't':
		return take_word(t, "true");
	case 'f':
		return take_word(t, "false");
	case 'n':
		return take_word(t, "null");
	default:
		return take_number(t);
	}
}

bool vfu_caps_parse(const char *text, size_t len, bool *write_multiple)
{
	struct text t = { text, text + len };

	*write_multiple = false;
	skip_space(&t);
	if (t.at >= t.end || *t.at != '{' || !take_value(&t, 0, "", write_multiple))
		return false;
	skip_space(&t);
	return t.at == t.end;
}
