package io.microspring.selector;

import java.util.List;
import java.util.Objects;

/**
 * A call of which only the service is known.
 *
 * @param service the name of the service
 * @param filters what the node must be like
 */
record NamedSelection(String service, List<Filter> filters) implements Selection {

	NamedSelection {
		Objects.requireNonNull(service, "service");
	}

}
