package io.microspring.autoconfigure.selector;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.microspring.client.CallOptions;
import io.microspring.client.ClientOptions;
import io.microspring.selector.Strategy;
import io.microspring.service.Catalogue;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;

/**
 * Makes strategies of what properties say: a bean of the application, or a line of the
 * catalogue, and what is put around it. The same settings give the same strategy, so that
 * one that remembers goes on with what it knows when other properties change.
 */
final class PropertiesStrategyFactory implements StrategyFactory {

	/** More settings than one process has at a time: a bound, not a size. */
	private static final int MOST_KEPT = 1_000;

	/** Named as the bean that is made of properties when the application has none. */
	static final String FROM_PROPERTIES = "microStrategy";

	private final Catalogue catalogue;

	private final BeanFactory beans;

	private final SelectionProperties properties;

	private final Map<SelectionProperties, Strategy> made = new ConcurrentHashMap<>();

	PropertiesStrategyFactory(Catalogue catalogue, BeanFactory beans, SelectorProperties properties) {
		this.catalogue = catalogue;
		this.beans = beans;
		this.properties = properties.selection();
	}

	@Override
	public SelectionProperties forAll() {
		return (ofTheApplication() != null)
				? new SelectionProperties(null, null, this.properties.version(), null, Map.of()) : this.properties;
	}

	@Override
	public ClientOptions withVersion(ClientOptions options) {
		String version = this.properties.version();
		return (version == null || version.isEmpty() || options.calls().version() != null) ? options
				: options.withCalls(CallOptions.defaults().withVersion(version));
	}

	@Override
	public Strategy make() {
		return make(this.properties, SelectorProperties.PREFIX);
	}

	@Override
	public Strategy make(SelectionProperties selection, String name) {
		SelectionProperties settings = selection.withoutVersion();
		Strategy known = this.made.get(settings);
		if (known != null) {
			return known;
		}
		Strategy strategy = settings.around(find(settings.type(), settings.header()), name);
		if (this.made.size() >= MOST_KEPT) {
			this.made.clear();
		}
		Strategy other = this.made.putIfAbsent(settings, strategy);
		return (other != null) ? other : strategy;
	}

	private Strategy find(@Nullable String type, @Nullable String header) {
		if (type == null) {
			Strategy own = ofTheApplication();
			return (own != null) ? own : Strategy.random();
		}
		return (this.beans.containsBean(type) && this.beans.isTypeMatch(type, Strategy.class))
				? this.beans.getBean(type, Strategy.class)
				: this.catalogue.strategy(type, (header != null) ? header : "");
	}

	/** The only strategy there is, if it is not one of ours. */
	private @Nullable Strategy ofTheApplication() {
		return this.beans.containsBean(FROM_PROPERTIES) ? null
				: this.beans.getBeanProvider(Strategy.class).getIfUnique();
	}

}
