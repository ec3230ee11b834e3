package io.microspring.autoconfigure.selector;

import io.microspring.selector.Strategy;
import io.microspring.service.Catalogue;

import org.springframework.beans.factory.BeanFactory;

/**
 * Finds strategies by name: a bean of the application, or a line of the catalogue.
 */
public final class StrategyFactory {

	private final Catalogue catalogue;

	private final BeanFactory beans;

	StrategyFactory(Catalogue catalogue, BeanFactory beans) {
		this.catalogue = catalogue;
		this.beans = beans;
	}

	Strategy find(String name, String header) {
		return (this.beans.containsBean(name) && this.beans.isTypeMatch(name, Strategy.class))
				? this.beans.getBean(name, Strategy.class) : this.catalogue.strategy(name, header);
	}

}
