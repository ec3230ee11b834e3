/**
 * go-micro's flags and variables as properties of the application (go-micro: config/cmd).
 */
@NullMarked
package io.microspring.autoconfigure.environment;

import org.jspecify.annotations.NullMarked;
