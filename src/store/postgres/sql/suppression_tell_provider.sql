SELECT min(provider) FROM suppression_tell WHERE provider > $1::text;
